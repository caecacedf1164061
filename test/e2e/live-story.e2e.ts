import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Locator, Page } from 'playwright/test'
import { startCountingServer, startLoad, startProgram } from '#test/oracle/live/lab.ts'
import { freePorts } from '#test/oracle/haproxy/harness.ts'
import { expect, settled, test, watchBalancer } from './app.ts'

// Another test may keep the machine busy meanwhile.
test.setTimeout(180_000)

const alerts = (page: Page): Locator => page.getByRole('complementary', { name: 'Alerts' })
const card = (page: Page, words: string): Locator => alerts(page).locator('[data-alert]').filter({ hasText: words })

test('the recording of the incident leads from an alert to its line and to what is known good, and to a picture', async ({ page, app }) => {
  await app.open(page)
  await settled(page)

  await test.step('play the recording, go to its end: two alerts', async () => {
    await page.getByRole('button', { name: 'Live', exact: true }).click()
    await page.getByRole('button', { name: 'Play the recording of the sample incident' }).click()
    await expect(page.getByRole('slider', { name: 'Moment' })).toBeVisible({ timeout: 30_000 })
    await page.getByRole('slider', { name: 'Moment' }).press('End')
    await expect(card(page, 'Pool auth has received nothing')).toContainText('Requests for api.shop.example/v2/auth/… go to pool api instead of auth')
    await expect(card(page, 'api/api-1 took 98 %')).toContainText('Its weight is 200 instead of 100')
  })

  await test.step('choosing an alert chooses its pool, and its values over time', async () => {
    await card(page, 'api/api-1 took 98 %').getByRole('button').first().click()
    await expect(page.getByRole('region', { name: 'Distribution of pool api' })).toContainText('▲ 98.')
    await expect(page.getByRole('region', { name: 'Distribution of pool api' }).getByRole('row', { name: /api-1/ })).toContainText('33.3 %')
    await expect(page.getByRole('list', { name: 'Lines' })).toContainText('api-1')
  })

  await test.step('the line is one click away, in the text of Review', async () => {
    await card(page, 'Pool auth has received nothing').getByRole('button', { name: /^Show line 40/ }).click()
    await expect(page.getByRole('contentinfo')).toContainText('haproxy.cfg:40')
    await expect(page.getByRole('complementary', { name: 'What changes for traffic' })).toContainText('Requests for api.shop.example/v2/auth/… go to pool api instead of auth.', { timeout: 20_000 })
  })

  await test.step('back in Live everything stands as it was', async () => {
    await page.getByRole('button', { name: 'Live', exact: true }).click()
    await expect(page.locator('.card.sel')).toContainText('api/api-1 took 98 %')
    await expect(page.getByRole('slider', { name: 'Moment' })).toHaveAttribute('aria-valuetext', /^09:01:59/)
  })

  await test.step('compare running with known good', async () => {
    await page.getByRole('button', { name: 'Compare running with known good' }).click()
    await expect(page.getByRole('main', { name: 'Review' })).toBeVisible()
    await expect(page.getByRole('complementary', { name: 'What changes for traffic' })).toContainText('go to pool api instead of auth')
    await page.getByRole('button', { name: 'Live', exact: true }).click()
  })

  await test.step('write the incident report', async () => {
    await page.getByRole('button', { name: 'Incident report…' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /^Markdown/ }).click()])
    expect(download.suggestedFilename()).toMatch(/^incident-.*\.md$/)
  })

  await test.step('export the picture with its traffic', async () => {
    await page.getByRole('button', { name: 'Export image…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export the picture' })
    const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save SVG' }).click()])
    expect(download.suggestedFilename()).toMatch(/-live\.svg$/)
  })
})

test('the same without a mouse', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Play the recording')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('slider', { name: 'Moment' })).toBeVisible({ timeout: 30_000 })
  await test.step('Space pauses and plays', async () => {
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
    await page.keyboard.press('Space')
    await expect(page.getByRole('button', { name: 'Play' })).toBeVisible()
    await page.keyboard.press('l')
    await expect(page.getByRole('slider', { name: 'Moment' })).toHaveAttribute('aria-valuetext', /^09:01:59/)
    await page.keyboard.press(',')
    await expect(page.getByRole('slider', { name: 'Moment' })).toHaveAttribute('aria-valuetext', /^09:01:58/)
  })
  await test.step('n chooses an alert, Enter goes to its line', async () => {
    await expect(card(page, 'Pool auth has received nothing')).toBeVisible()
    await page.keyboard.press('n')
    await expect(page.locator('.card.sel')).toHaveCount(1)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('contentinfo')).toContainText(/haproxy\.cfg:\d+/)
  })
  await test.step('the table twin, a note, and the end', async () => {
    await page.keyboard.press('2')
    await page.keyboard.press('t')
    await expect(page.getByRole('table', { name: 'Live traffic, as table' })).toBeVisible()
    await page.keyboard.press('t')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('Annotate')
    await page.keyboard.press('Enter')
    await page.keyboard.type('seen by the night shift')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('region', { name: 'What happened' })).toContainText('seen by the night shift')
  })
})

test('a real balancer is watched, and what is not known any more is said when it is gone', async ({ page, app }) => {
  const servers = await Promise.all([startCountingServer(), startCountingServer(), startCountingServer()])
  const [port] = await freePorts(1) as [number]
  const socket = path.join(app.folder, 'stats.sock')
  const config = path.join(app.folder, 'haproxy.cfg')
  await writeFile(config, `global
    stats socket ${socket} mode 600 level admin
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
frontend web
    bind 127.0.0.1:${port}
    default_backend app
backend app
    balance roundrobin
${servers.map((server, index) => `    server s${index + 1} 127.0.0.1:${server.port} weight ${index === 0 ? 20 : 10}\n`).join('')}`)
  const balancer = startProgram('haproxy', ['-db', '-f', config], app.folder)
  for (let tries = 0; tries < 500 && !existsSync(socket); tries += 1) await sleep(20)
  expect(existsSync(socket), balancer.words()).toBe(true)
  const load = startLoad(port, 80, () => '/')
  try {
    await app.open(page, [config])
    await settled(page)
    await page.keyboard.press('2')
    await watchBalancer(page, socket)
    const table = page.getByRole('table', { name: 'Servers of pool app' })
    await expect(table.getByRole('row', { name: /^s1/ })).toContainText('50.0 %')
    await expect(async () => {
      const rates = await table.getByRole('row').locator('td:nth-child(3)').allTextContents()
      expect(rates).toHaveLength(3)
      expect(Number(rates[0])).toBeGreaterThan(30)
      expect(Number(rates[0])).toBeLessThan(50)
    }).toPass({ timeout: 15_000 })
    await expect(page.getByText('live · 1 s')).toBeVisible()
    await expect(page.getByRole('contentinfo')).toContainText('read-only: never sends a command that changes the balancer')
    await page.getByRole('tab', { name: 'Raw stats' }).click()
    await expect(page.getByRole('table', { name: 'Raw statistics' })).toContainText('app')

    await load.stop()
    await balancer.stop()
    await expect(page.getByText(/^The balancer cannot be reached since \d\d:\d\d:\d\d/)).toBeVisible({ timeout: 15_000 })
    await expect(page.getByRole('banner')).toContainText('since')
    // The tab, the table and what was last known stay.
    await expect(page.getByRole('tab', { name: 'Raw stats' })).toHaveAttribute('aria-selected', 'true')
    await expect(table.getByRole('row')).toHaveCount(4)
    await page.getByRole('button', { name: 'Stop watching' }).click()
    await expect(page.getByRole('button', { name: 'Watch', exact: true })).toBeVisible()
  } finally {
    await load.stop()
    await balancer.stop()
    for (const server of servers) server.close()
  }
})
