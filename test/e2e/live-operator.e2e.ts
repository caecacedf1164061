import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { configOfPools, startFakeBalancer, type FakePool } from '#test/support/fake-balancer.ts'
import { expect, settled, test, watchBalancer } from './app.ts'

// Another test may keep the machine busy meanwhile.
test.setTimeout(120_000)

test('the recording is replayed, and its marks are walked, with the keyboard alone', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Play the recording')
  await page.keyboard.press('Enter')
  const moment = page.getByRole('slider', { name: 'Moment' })
  const speed = page.getByRole('combobox', { name: 'Speed' })
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible({ timeout: 30_000 })

  await test.step('faster and slower, from 1 to 60 times', async () => {
    for (const times of [2, 5, 10, 30, 60, 60]) {
      await page.keyboard.press('>')
      await expect(speed).toHaveValue(String(times))
    }
    for (const times of [30, 10, 5, 2, 1, 1]) {
      await page.keyboard.press('<')
      await expect(speed).toHaveValue(String(times))
    }
    await page.keyboard.press('Space')
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
  })
  await test.step('from mark to mark, and to the change of the config', async () => {
    await page.keyboard.press('l')
    await expect(moment).toHaveAttribute('aria-valuetext', /^09:01:59/)
    await page.keyboard.press('[')
    await expect(moment).toHaveAttribute('aria-valuetext', /^09:00:06/)
    await page.keyboard.press('[')
    await expect(moment).toHaveAttribute('aria-valuetext', /^09:00:04/)
    await page.keyboard.press(']')
    await expect(moment).toHaveAttribute('aria-valuetext', /^09:00:06/)
    await page.keyboard.press('r')
    await expect(moment).toHaveAttribute('aria-valuetext', /^09:00:02/)
  })
  await test.step('back to when an alert began', async () => {
    await page.keyboard.press('l')
    await expect(page.locator('[data-alert]').filter({ hasText: 'Pool auth has received nothing' })).toBeVisible()
    await page.keyboard.press('n')
    await page.keyboard.press('b')
    await expect(moment).toHaveAttribute('aria-valuetext', /^09:00:04/)
    await expect(page.locator('.card.sel')).toHaveCount(1)
  })
})

test('keys that come faster than the moments they ask for act on those moments', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Play the recording')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible({ timeout: 30_000 })
  await page.keyboard.press('Space')
  const moment = page.getByRole('slider', { name: 'Moment' })
  const alert = page.locator('[data-alert]').filter({ hasText: 'Pool auth has received nothing' })
  await page.keyboard.press('l')
  await expect(alert).toBeVisible()
  await page.keyboard.press('r')
  await expect(moment).toHaveAttribute('aria-valuetext', /^09:00:02/)
  await expect(alert).toHaveCount(0)
  await page.route('**/rpc/live.at', async (route) => {
    await new Promise((done) => setTimeout(done, 300))
    await route.continue()
  })
  // To the end, to the alert there, and to when it began; nothing of it is on the screen yet.
  for (const key of ['l', 'n', 'b']) await page.keyboard.press(key)
  await expect(moment).toHaveAttribute('aria-valuetext', /^09:00:04/)
  await expect(page.locator('.card.sel')).toHaveCount(1)
})

interface Told {
  readonly title: string
  readonly body: string
}

/** Puts a list in the place of the system's notifications. `setFront`: whether the window is in front. */
async function watchNotifications(page: Page): Promise<{ readonly told: () => Promise<readonly Told[]>; readonly setFront: (front: boolean) => Promise<void> }> {
  await page.addInitScript(() => {
    const host = window as unknown as { told: Told[]; front: boolean; Notification: unknown }
    host.told = []
    host.front = true
    document.hasFocus = () => host.front
    host.Notification = class {
      static readonly permission = 'granted'
      static requestPermission(): Promise<string> { return Promise.resolve('granted') }
      onclick: (() => void) | null = null
      constructor(title: string, options: { readonly body: string }) { host.told.push({ title, body: options.body }) }
    }
  })
  return {
    told: () => page.evaluate(() => (window as unknown as { told: readonly Told[] }).told),
    setFront: (front) => page.evaluate((value) => { (window as unknown as { front: boolean }).front = value }, front),
  }
}

const manyPools = (count: number, last: string): readonly FakePool[] => Array.from({ length: count }, (_, index) => ({ name: index === count - 1 ? last : `pool-${index + 1}`, rates: [40, 40, 40] }))

/** One server of the pool takes nearly everything. */
const shifted = (pools: readonly FakePool[], name: string): readonly FakePool[] => pools.map((pool) => (pool.name === name ? { ...pool, rates: [160, 1, 1] } : pool))

test('an alert that begins while the window is not in front is told through the system, until that is switched off', async ({ page, app }) => {
  const pools = manyPools(3, 'orders')
  const config = path.join(app.folder, 'haproxy.cfg')
  const socket = path.join(app.folder, 'stats.sock')
  await writeFile(config, configOfPools(pools))
  const balancer = await startFakeBalancer(socket, pools)
  try {
    const { told, setFront } = await watchNotifications(page)
    await app.open(page, [config])
    await settled(page)
    const tick = page.getByRole('checkbox', { name: /^Tell new alerts/ })
    await page.keyboard.press('6')
    await tick.click()
    await expect(tick).toBeChecked()
    await page.keyboard.press('2')
    await watchBalancer(page, socket)
    const alert = (name: string) => page.locator('[data-alert]').filter({ hasText: `${name}/s1 took` })

    balancer.pools = shifted(balancer.pools, 'pool-1')
    await expect(alert('pool-1')).toBeVisible({ timeout: 30_000 })
    expect(await told(), 'while the window is in front').toEqual([])

    await setFront(false)
    balancer.pools = shifted(balancer.pools, 'orders')
    await expect(alert('orders')).toBeVisible({ timeout: 30_000 })
    await expect.poll(told).toHaveLength(1)
    const [first] = await told()
    expect(first?.title).toContain('pool orders, server s1')
    expect(first?.body).toMatch(/took \d+ % of .*\nLine \d+: server s1 /)

    await page.keyboard.press('6')
    await tick.click()
    await expect(tick).not.toBeChecked()
    await page.keyboard.press('2')
    balancer.pools = shifted(balancer.pools, 'pool-2')
    await expect(alert('pool-2')).toBeVisible({ timeout: 30_000 })
    expect(await told(), 'after it was switched off').toHaveLength(1)
  } finally {
    await balancer.close()
  }
})

test('among 300 pools the alert that is chosen brings its pool into view, and the keyboard stays where it is', async ({ page, app }) => {
  const pools = manyPools(300, 'orders')
  const config = path.join(app.folder, 'haproxy.cfg')
  const socket = path.join(app.folder, 'stats.sock')
  await writeFile(config, configOfPools(pools))
  const balancer = await startFakeBalancer(socket, pools)
  try {
    await app.open(page, [config])
    await settled(page)
    await page.keyboard.press('2')
    await watchBalancer(page, socket)
    balancer.pools = shifted(pools, 'orders')
    const card = page.locator('[data-alert]').filter({ hasText: 'orders/s1 took' }).getByRole('button').first()
    await expect(card).toBeVisible({ timeout: 30_000 })
    // Far out boxes are painted, not elements: where the frame of the small map lies tells what is in view.
    const frame = page.locator('.live-picture .topology-minimap-frame')
    const top = (): Promise<number> => frame.evaluate((element) => element.getBoundingClientRect().top)
    const before = await top()
    await card.focus()
    await page.keyboard.press('Enter')
    await expect(page.locator('.card.sel')).toHaveCount(1)
    // The pool is the last one.
    await expect.poll(top).toBeGreaterThan(before + 10)
    await expect(card).toBeFocused()
  } finally {
    await balancer.close()
  }
})

test('an alert that somebody knows about is waived for a while and counts again, by keyboard', async ({ page, app }) => {
  const pools = manyPools(3, 'orders')
  const config = path.join(app.folder, 'haproxy.cfg')
  const socket = path.join(app.folder, 'stats.sock')
  await writeFile(config, configOfPools(pools))
  const balancer = await startFakeBalancer(socket, pools)
  try {
    await app.open(page, [config])
    await settled(page)
    await page.keyboard.press('2')
    await watchBalancer(page, socket)
    await page.getByText('To know of this source').click()
    await expect(page.getByText('"level user" is enough')).toBeVisible()
    balancer.pools = shifted(pools, 'orders')
    const card = page.locator('[data-alert]').filter({ hasText: 'orders/s1 took' })
    await expect(card).toBeVisible({ timeout: 30_000 })
    const firing = page.getByRole('heading', { name: /^Alerts/ })
    await expect(firing).toContainText('1 firing')

    await test.step('why, for how long, and which servers', async () => {
      await card.getByRole('button', { name: /^Waive: / }).focus()
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog')
      await expect(dialog).toContainText('Nothing of the balancer is changed.')
      await page.keyboard.type('one client loads everything')
      await dialog.getByRole('combobox', { name: 'About' }).focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await expect(dialog).toHaveCount(0)
      await expect(card).toContainText('one client loads everything', { timeout: 15_000 })
      await expect(firing).toContainText('none firing')
      await expect(page.locator('.live-event').filter({ hasText: 'Alert "share" of orders is waived until' })).toHaveCount(1)
    })
    await test.step('the settings keep it', async () => {
      await page.keyboard.press('6')
      await expect(page.getByRole('textbox', { name: 'Alerts' })).toHaveValue(/"pool": "orders",\s+"reason": "one client loads everything"/)
      await page.keyboard.press('2')
    })
    await test.step('it counts again when the waiver is ended', async () => {
      await card.getByRole('button', { name: /^End the waiver: / }).focus()
      await page.keyboard.press('Enter')
      await expect(firing).toContainText('1 firing', { timeout: 15_000 })
      await expect(card.getByRole('button', { name: /^Waive: / })).toBeVisible()
    })
  } finally {
    await balancer.close()
  }
})
