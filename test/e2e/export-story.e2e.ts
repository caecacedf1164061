import { expect, settled, test } from './app.ts'

test('the picture is copied as an image where the browser allows it', async ({ page, app, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await app.open(page)
  await settled(page)
  await page.getByRole('button', { name: 'Export…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Copy image' }).click()
  await expect(page.getByText('The picture is in the clipboard.')).toBeVisible()
  const copied = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read()
    const blob = await item?.getType('image/png')
    const bitmap = blob === undefined ? null : await createImageBitmap(blob)
    return { types: item?.types, width: bitmap?.width ?? 0, height: bitmap?.height ?? 0 }
  })
  expect(copied.types).toEqual(['image/png'])
  expect(copied.width).toBeGreaterThan(1000)
  expect(copied.height).toBeGreaterThan(500)
})

test('printing puts the whole picture on paper as text and lines, and nothing to press', async ({ page, app }) => {
  // The browser's own dialog has no place in a test: what would go to paper is looked at when it would open.
  await page.addInitScript(() => {
    window.print = () => {
      const host = document.querySelector('.print-picture')
      Object.assign(window, { printed: { text: host?.shadowRoot?.textContent ?? '', shown: host === null ? '' : getComputedStyle(host).display } })
    }
  })
  await app.open(page)
  await settled(page)
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('navigation', { name: 'Workspaces' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Export…' })).toBeHidden()
  await page.keyboard.press('Control+p')
  await expect.poll(() => page.evaluate(() => 'printed' in window)).toBe(true)
  const printed = await page.evaluate(() => (window as unknown as { printed: { text: string; shown: string } }).printed)
  expect(printed.shown).toBe('block')
  expect(printed.text).toContain('auth-2')
  expect(printed.text).toContain('https-in')
  await expect(page.locator('.print-picture')).toHaveCount(0)
  const paper = await page.pdf({ format: 'A4' })
  expect(paper.subarray(0, 5).toString()).toBe('%PDF-')
})
