import { expect, test, type Locator, type Page } from 'playwright/test'
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
  await page.waitForTimeout(250)
}
const logOf = (page: Page): Promise<readonly (readonly unknown[])[]> => page.evaluate('window.log')
const last = async (page: Page, kind: string): Promise<readonly unknown[] | undefined> => (await logOf(page)).filter((entry) => entry[0] === kind).at(-1)

test('a click on an edge selects it, a double click opens its lines', async ({ page }) => {
  await open(page, 'view=incident')
  const edge = page.getByRole('button', { name: /^login to api, added/ })
  await edge.click()
  expect(await last(page, 'select')).toEqual(['select', 'route:login→pool:api'])
  await edge.dblclick()
  expect(await last(page, 'open')).toEqual(['open', 'route:login→pool:api'])
})

test('the keyboard walks along the edges in rule order, opens, and goes back', async ({ page }) => {
  await open(page, 'view=incident')
  await page.keyboard.press('Tab')
  await expect(page.locator(':focus')).toHaveAttribute('data-box', 'route:login')
  await page.keyboard.press('ArrowLeft')
  await expect(page.locator(':focus')).toHaveAttribute('data-box', 'listener:https-in')
  await page.keyboard.press('ArrowRight')
  await expect(page.locator(':focus')).toHaveAttribute('data-box', 'route:login')
  await page.keyboard.press('ArrowUp')
  await expect(page.locator(':focus')).toHaveAttribute('data-box', 'route:api')
  await page.keyboard.press('ArrowRight')
  await expect(page.locator(':focus')).toHaveAttribute('data-box', 'pool:api')
  await page.keyboard.press('Enter')
  expect(await last(page, 'open')).toEqual(['open', 'pool:api'])
  await page.keyboard.press('e')
  await expect(page.locator(':focus')).toHaveAttribute('data-edge', 'route:api→pool:api')
  await page.keyboard.press('Enter')
  expect(await last(page, 'open')).toEqual(['open', 'route:api→pool:api'])
  await page.keyboard.press('Escape')
  await expect(page.locator(':focus')).toHaveAttribute('data-box', 'pool:api')
  await page.keyboard.press('Escape')
  expect(await last(page, 'select')).toEqual(['select'])
  await page.keyboard.press('Escape')
  expect(await last(page, 'up')).toEqual(['up'])
})

test('a folded group is opened, not its lines', async ({ page }) => {
  await open(page, 'view=incident')
  await page.getByRole('button', { name: /^server 6 servers/ }).dblclick()
  expect(await last(page, 'expand')).toEqual(['expand', 'group:web'])
})

test('boxes of the side that is not drawn cannot be reached', async ({ page }) => {
  await open(page, 'view=incident&mode=after')
  await expect(page.getByRole('button', { name: /^backend auth/ })).toHaveCount(0)
  await open(page, 'view=incident&mode=before')
  await expect(page.getByRole('button', { name: /^backend auth/ })).toHaveCount(1)
})

test('find goes round the matches and shows each', async ({ page }) => {
  await open(page, 'view=pools300&query=service-17')
  const count = (await last(page, 'find'))?.[1] as { count: number }
  expect(count.count).toBeGreaterThan(3)
  await page.evaluate('window.handle.current.findNext()')
  await page.waitForTimeout(500)
  expect((await last(page, 'find'))?.[1]).toEqual({ index: 1, count: count.count })
  const chosen = (await last(page, 'select'))?.[1] as string
  await expect(page.locator(`[data-box="${chosen}"]`)).toBeInViewport()
})

test('a refresh keeps every surviving box on its place on the screen', async ({ page }) => {
  await open(page, 'view=incident')
  const places = (): Promise<Record<string, number>> => page.evaluate(() => Object.fromEntries(
    [...document.querySelectorAll<HTMLElement>('[data-box]')].map((box) => [box.dataset['box'] ?? '', Math.round(box.getBoundingClientRect().top)]),
  ))
  const before = await places()
  await page.evaluate(() => {
    const access = window as unknown as { view: { nodes: { id: string }[] }; setShown(view: unknown): void }
    access.setShown({ ...access.view, nodes: access.view.nodes.filter((node) => node.id !== 'pool:api/server:api-3') })
  })
  await page.waitForTimeout(600)
  const after = await places()
  expect(Object.keys(after).length).toBe(Object.keys(before).length - 1)
  for (const [id, top] of Object.entries(after)) expect(Math.abs(top - (before[id] ?? NaN)), id).toBeLessThanOrEqual(1)
})

test('two linked sides show the same window, light up the same boxes, and share the selection', async ({ page }) => {
  await page.setViewportSize({ width: 1900, height: 800 })
  await open(page, 'view=incident&pair')
  const before = page.getByRole('group', { name: 'before' })
  const after = page.getByRole('group', { name: 'after' })
  const windowOf = (side: Locator): Promise<string> => side.locator('.react-flow__viewport').evaluate((element) => (element as HTMLElement).style.transform)
  const same = async (): Promise<string> => {
    await page.waitForTimeout(400)
    const transform = await windowOf(before)
    expect(await windowOf(after)).toBe(transform)
    return transform
  }
  const opened = await same()
  const boxOf = async (side: Locator): Promise<{ x: number; y: number; width: number; height: number }> => (await side.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }

  const left = await boxOf(before)
  await page.mouse.move(left.x + left.width / 2, left.y + left.height / 2)
  await page.mouse.wheel(60, 45)
  const panned = await same()
  expect(panned).not.toBe(opened)

  const right = await boxOf(after)
  await page.mouse.move(right.x + right.width / 2, right.y + right.height / 2)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -240)
  await page.keyboard.up('Control')
  const zoomed = await same()
  expect(zoomed).not.toBe(panned)

  await page.evaluate('window.handle.current.fit()')
  const fitted = await same()
  expect(fitted).not.toBe(zoomed)

  // What the pointer is over on one side dims the rest on the other: pixels far from its path change there, and come back.
  const picture = (side: Locator): Promise<string> => side.locator('canvas.topology-ground').evaluate((element) => (element as HTMLCanvasElement).toDataURL())
  await page.mouse.move(right.x + 3, right.y + right.height * 0.7)
  await page.waitForTimeout(500)
  const calm = await picture(before)
  const box = after.locator('[data-box="pool:api"]')
  await box.hover()
  await page.waitForTimeout(500)
  expect(await picture(before)).not.toBe(calm)
  await page.mouse.move(right.x + 3, right.y + right.height * 0.7)
  await page.waitForTimeout(500)
  expect(await picture(before)).toBe(calm)

  await box.click()
  expect(await last(page, 'select')).toEqual(['select', 'pool:api'])
  await expect(before.locator('[data-box="pool:api"]')).toHaveAttribute('aria-pressed', 'true')
  await expect(box).toHaveAttribute('aria-pressed', 'true')
  await same()
})

test('linked sides find the boxes of either side', async ({ page }) => {
  await open(page, 'view=incident&mode=after&query=auth')
  const alone = ((await last(page, 'find'))?.[1] as { count: number }).count
  await open(page, 'view=incident&pair&query=auth')
  const counts = (await logOf(page)).filter((entry) => entry[0] === 'find').map((entry) => (entry[1] as { count: number }).count).filter((count) => count > 0)
  expect(new Set(counts).size).toBe(1)
  expect(counts[0]).toBeGreaterThan(alone)
})

test('the table twin has the same boxes, sorts and is walked with the arrows', async ({ page }) => {
  await open(page, 'view=incident')
  await page.evaluate('window.handle.current.openTable()')
  await expect(page.getByRole('row')).toHaveCount(18)
  await page.getByRole('button', { name: 'Name' }).click()
  await expect(page.getByRole('columnheader', { name: /Name/ })).toHaveAttribute('aria-sort', 'ascending')
  await expect(page.getByRole('row').nth(1)).toContainText('6 servers')
  await page.getByRole('row').nth(1).click()
  await page.keyboard.press('ArrowDown')
  expect(await last(page, 'select')).toEqual(['select', 'route:api'])
  await page.keyboard.press('Enter')
  expect(await last(page, 'open')).toEqual(['open', 'route:api'])
})

test('20 000 boxes open, and only those in view become elements', async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { longest: 0 })
    new PerformanceObserver((list) => {
      const access = window as unknown as { longest: number }
      for (const entry of list.getEntries()) access.longest = Math.max(access.longest, entry.duration)
    }).observe({ entryTypes: ['longtask'] })
  })
  await open(page, 'view=20000')
  const boxes = await page.locator('[data-box]').count()
  expect(boxes).toBeGreaterThan(5)
  expect(boxes).toBeLessThanOrEqual(352)
  test.info().annotations.push({ type: 'longest task', description: `${await page.evaluate('window.longest')} ms` })
})
