import { expect, test, type Page } from 'playwright/test'
import { buildPages, servePages } from '#test/bench/pages/build.ts'

let server: Awaited<ReturnType<typeof servePages>> | null = null
test.beforeAll(async () => {
  test.setTimeout(120_000)
  await buildPages(['editor'])
  server = await servePages(['editor'])
})
test.afterAll(() => server?.close())

async function open(page: Page, query: string): Promise<readonly string[]> {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${server?.address ?? ''}/editor.html?${query}`)
  await page.locator('.view-line').first().waitFor()
  return errors
}

test('the incident shows four changes with the words that changed', async ({ page }) => {
  const errors = await open(page, '')
  await expect(page.getByRole('group', { name: 'Difference of haproxy.cfg' })).toHaveAttribute('data-hunks', '4')
  await expect(page.locator('.char-insert').first()).toBeAttached()
  await expect(page.locator('.text-sign-error')).toHaveCount(1)
  await expect(page.getByText('never reached')).toBeVisible()
  expect(errors).toEqual([])
})

test('a place is revealed on its side, inline at the line that stands for it', async ({ page }) => {
  const errors = await open(page, 'fold')
  const offset = await page.evaluate(() => {
    (window as unknown as { setReveal(place: unknown): void }).setReveal({ side: 'after', start: 2300, end: 2310, serial: 1 })
    return 2300
  })
  expect(offset).toBe(2300)
  await expect(page.locator('.editor.modified .text-revealed').first()).toBeVisible()
  await page.evaluate(() => {
    const access = window as unknown as { setLayout(layout: string): void; setReveal(place: unknown): void }
    access.setLayout('inline')
    access.setReveal({ side: 'before', start: 1500, end: 1505, serial: 2 })
  })
  await expect(page.locator('.editor.modified .text-revealed').first()).toBeVisible()
  expect(errors).toEqual([])
})

test('a keyword tells its meaning and how far it is modelled', async ({ page }) => {
  await open(page, 'single')
  await page.locator('.view-line', { hasText: 'maxconn' }).first().getByText('maxconn').hover()
  await expect(page.locator('.monaco-hover').first()).toContainText(/Modelled exactly|Cannot change where a request goes|Modelled with|Known, not modelled/)
})

test('a click tells the place in the file', async ({ page }) => {
  await open(page, 'single')
  await page.locator('.view-line', { hasText: 'defaults' }).first().click()
  const entry = await page.evaluate(() => (window as unknown as { log: [string, string, number][] }).log.at(-1))
  expect(entry?.[0]).toBe('cursor')
  expect(entry?.[1]).toBe('after')
  expect(entry?.[2]).toBeGreaterThan(100)
})

test('above a thousand changes nothing is folded, and the reader is told', async ({ page }) => {
  const errors = await open(page, 'fold&lines=20000&edits=3000')
  await expect(page.getByText(/changes: nothing is folded/)).toBeVisible()
  await expect(page.locator('.diff-hidden-lines')).toHaveCount(0)
  expect(errors).toEqual([])
})

test('an editor that goes away leaves no error behind', async ({ page }) => {
  const errors = await open(page, 'fold')
  await page.evaluate(() => (window as unknown as { setMounted(on: boolean): void }).setMounted(false))
  await page.waitForTimeout(300)
  await page.evaluate(() => (window as unknown as { setMounted(on: boolean): void }).setMounted(true))
  await expect(page.locator('.char-insert').first()).toBeAttached()
  expect(errors).toEqual([])
})

test('of very many changes the first screen comes ahead of the rest, and all of them follow', async ({ page }) => {
  const errors = await open(page, 'lines=30000&edits=3000')
  await expect(page.locator('.line-insert').first()).toBeAttached()
  await expect(async () => {
    const { changes, hunks } = await page.evaluate(() => ({
      changes: (window as unknown as { changes(): number }).changes(), hunks: Number(document.querySelector('.text-editor')?.getAttribute('data-hunks')),
    }))
    expect(hunks).toBeGreaterThan(2000)
    expect(changes).toBe(hunks)
  }).toPass()
  // A place far down is coloured and stands beside its partner.
  await page.evaluate(() => (window as unknown as { setReveal(place: unknown): void }).setReveal({ side: 'after', start: 900_000, end: 900_010, serial: 1 }))
  await expect(page.locator('.editor.modified .text-revealed').first()).toBeVisible()
  await expect(page.locator('.editor.modified .line-insert').first()).toBeVisible()
  expect(errors).toEqual([])
})
