import path from 'node:path'
import { expect, test } from './app.ts'

test('recordings end where the settings say: what cannot be is refused, what is set stays and goes along when a balancer is watched', async ({ page, app }) => {
  await app.open(page)
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  const size = page.getByRole('textbox', { name: 'Recordings end at, in MB' })
  const hours = page.getByRole('textbox', { name: 'Recordings end after, in hours' })
  await expect(size).toHaveValue('512')
  await expect(hours).toHaveValue('168')

  await size.fill('0')
  await size.blur()
  await expect(page.getByText('Write a number from 1 to 1000000.')).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  await expect(size).toHaveValue('512')

  await size.fill('64')
  await hours.fill('0.5')
  const saved = page.waitForResponse((response) => response.url().endsWith('app.saveSettings') && (response.request().postData() ?? '').includes('"hours":0.5'))
  await hours.blur()
  await saved
  await page.reload()
  await page.getByRole('button', { name: 'Settings', exact: true }).click()
  await expect(size).toHaveValue('64')
  await expect(hours).toHaveValue('0.5')

  await page.getByRole('button', { name: 'Live', exact: true }).click()
  await page.getByRole('textbox', { name: 'Source' }).fill(path.join(app.folder, 'nobody.sock'))
  const asked = page.waitForRequest((request) => request.url().endsWith('live.start'))
  await page.getByRole('button', { name: 'Watch', exact: true }).click()
  expect((await asked).postDataJSON()).toMatchObject({ record: { limits: { megabytes: 64, hours: 0.5 } } })
})
