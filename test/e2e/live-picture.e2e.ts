import { expect, test, type Page } from 'playwright/test'
import { buildPages, servePages } from '#test/bench/pages/build.ts'

let server: Awaited<ReturnType<typeof servePages>> | null = null
test.beforeAll(async () => {
  await buildPages(['graph'])
  server = await servePages(['graph'])
})
test.afterAll(() => server?.close())

async function open(page: Page, query: string): Promise<void> {
  await page.goto(`${server?.address ?? ''}/graph.html?${query}`)
  await page.waitForFunction('window.ready !== undefined')
  await page.waitForTimeout(300)
}

/** Gives the picture new marks, one set after the other. */
const update = (page: Page, ticks: number): Promise<void> => page.evaluate(async (count) => {
  const host = window as unknown as { setLive(marks: unknown): void; marksAt(tick: number): unknown }
  for (let tick = 1; tick <= count; tick += 1) {
    host.setLive(host.marksAt(tick))
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
}, ticks)

/** How many dots are drawn within half a second. */
const dotsOf = (page: Page): Promise<number> => page.evaluate(async () => {
  const context = document.querySelector<HTMLCanvasElement>('.topology-flow')?.getContext('2d')
  let dots = 0
  if (context !== null && context !== undefined) {
    const draw = context.fillRect.bind(context)
    context.fillRect = (x, y, w, h) => {
      dots += 1
      draw(x, y, w, h)
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
  return dots
})

test('new numbers are drawn, and move, select and render nothing else', async ({ page }) => {
  await open(page, 'view=incident&live=1&still=1')
  await page.getByRole('button', { name: /^backend api,/ }).click()
  await page.waitForTimeout(300)
  const state = (): Promise<unknown> => page.evaluate(() => ({
    viewport: document.querySelector<HTMLElement>('.react-flow__viewport')?.style.transform,
    boxes: [...document.querySelectorAll<HTMLElement>('.react-flow__node')].map((box) => [box.dataset['id'], box.style.transform, box.style.width, box.style.height]),
    focus: document.activeElement?.getAttribute('data-box'), pressed: [...document.querySelectorAll('[aria-pressed="true"]')].map((box) => box.getAttribute('data-box')),
  }))
  const before = await state()
  const pixels = (): Promise<string> => page.evaluate(() => document.querySelector<HTMLCanvasElement>('.topology-ground')?.toDataURL() ?? '')
  const drawn = await pixels()
  await page.evaluate(() => {
    const host = window as unknown as { changes: string[] }
    host.changes = []
    new MutationObserver((records) => { for (const record of records) host.changes.push(`${record.type} ${record.attributeName ?? ''}`) })
      .observe(document.querySelector('.react-flow__nodes') as Node, { attributes: true, childList: true, subtree: true })
  })
  await update(page, 8)
  expect(await state()).toEqual(before)
  expect(await pixels()).not.toBe(drawn)
  const changes = new Set(await page.evaluate('window.changes') as string[])
  changes.delete('attributes aria-description')
  changes.delete('attributes title')
  expect([...changes]).toEqual([])
})

test('a box and an edge say what runs there', async ({ page }) => {
  await open(page, 'view=incident&live=1')
  const pool = page.getByRole('button', { name: /^backend api,/ })
  await expect(pool).toHaveAttribute('aria-description', /^Now: [\d.k]+ requests per second, largest share 98 %, expected 33 %, alert: share, 214 waiting, 3\/3 up/)
  await expect(pool).toHaveAttribute('title', /Now: /)
  await expect(page.getByRole('group', { name: 'Legend' })).toContainText(/width = requests per second\s*[\d.k]+\/s/)
})

test('the table has the same numbers, sorts by rate, and keeps its rows while they are read', async ({ page }) => {
  await open(page, 'view=pools12&live=1&table=1')
  await page.getByRole('button', { name: 'Requests per second' }).click()
  await page.getByRole('button', { name: /Requests per second/ }).click()
  const rows = page.locator('tbody tr:not(.spacer)')
  await expect(rows.first()).toContainText('frontend')
  await rows.nth(2).click()
  const names = (): Promise<string[]> => rows.locator('td:nth-child(2)').allInnerTexts()
  const before = await names()
  await rows.nth(2).focus()
  await update(page, 12)
  expect(await names()).toEqual(before)
})

test('dots move, and stand still under reduced motion, with old data and over very many edges', async ({ page }) => {
  await open(page, 'view=incident&live=1')
  expect(await dotsOf(page)).toBeGreaterThan(0)
  for (const query of ['view=incident&live=1&still=1', 'view=incident&live=1&stale=1', 'view=incident']) {
    await open(page, query)
    expect(await dotsOf(page)).toBe(0)
  }
  await open(page, 'view=5000&live=1')
  await page.evaluate('window.handle.current.fit()')
  await page.waitForTimeout(800)
  expect(await dotsOf(page)).toBe(0)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await open(page, 'view=incident&live=1')
  expect(await dotsOf(page)).toBe(0)
})

test('thousands of boxes are drawn anew while the picture is dragged', async ({ page }) => {
  await open(page, 'view=5000&live=1&still=1')
  await page.evaluate('window.handle.current.fit()')
  await page.waitForTimeout(800)
  const ink = (): Promise<string> => page.evaluate(() => document.querySelector<HTMLCanvasElement>('.topology-ground')?.toDataURL() ?? '')
  const before = await ink()
  const drag = page.evaluate(async () => {
    const pane = document.querySelector('.react-flow__pane')
    for (let frame = 0; frame < 90; frame += 1) {
      pane?.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: 600, clientY: 400, deltaY: frame % 2 === 0 ? 3 : -3 }))
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  })
  await page.evaluate('window.setLive(window.marksAt(5))')
  await expect.poll(ink).not.toBe(before)
  await drag
})

test('dots wait while thousands of boxes are moved, come back afterwards, and leave no edge out', async ({ page }) => {
  await open(page, 'view=2000&live=1')
  await page.evaluate('window.handle.current.fit()')
  await page.waitForTimeout(800)
  // The window ends up where the movement left it: nothing new is drawn after that which could bring them back.
  await expect.poll(() => dotsOf(page)).toBeGreaterThan(0)
  await page.evaluate(async () => {
    const pane = document.querySelector('.react-flow__pane')
    for (let frame = 0; frame < 20; frame += 1) {
      pane?.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: 600, clientY: 400, deltaY: frame % 2 === 0 ? 3 : -3 }))
      await new Promise((resolve) => requestAnimationFrame(resolve))
    }
  })
  await expect.poll(() => dotsOf(page)).toBeGreaterThan(0)
  const lowest = await page.evaluate(async () => {
    const context = document.querySelector<HTMLCanvasElement>('.topology-flow')?.getContext('2d')
    let y = 0
    if (context !== null && context !== undefined) {
      const draw = context.fillRect.bind(context)
      context.fillRect = (left, top, width, height) => {
        y = Math.max(y, top)
        draw(left, top, width, height)
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
    return y / window.innerHeight
  })
  expect(lowest).toBeGreaterThan(0.85)
})
