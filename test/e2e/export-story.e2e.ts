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
