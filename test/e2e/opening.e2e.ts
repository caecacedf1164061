import { mkdir, cp } from 'node:fs/promises'
import path from 'node:path'
import { copySample, dropFiles, expect, sample, settled, test } from './app.ts'

test('the first start shows the sample incident with three steps that stay away once dismissed', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  const steps = page.getByRole('region', { name: 'First steps' })
  await expect(steps).toContainText('Open your own config…')
  await steps.getByRole('button', { name: 'Dismiss the first steps' }).click()
  await expect(steps).toBeHidden()
  await page.reload()
  await settled(page)
  await expect(steps).toBeHidden()
})

test('two configs on the command line are compared; swapping turns the difference round', async ({ page, app }) => {
  await app.open(page, [sample('before'), sample('after')])
  await settled(page)
  await expect(page.getByRole('complementary', { name: 'What changes' })).toContainText('Pool auth can no longer be reached')
  await page.keyboard.press('s')
  await expect(page.getByRole('complementary', { name: 'What changes' })).not.toContainText('Pool auth can no longer be reached')
})

test('one dropped file opens alone, and against its known good version once there is one', async ({ page, app }) => {
  const files = await copySample(app.folder)
  await app.open(page)
  await settled(page)
  await dropFiles(page, [files.before])
  await expect(page.getByRole('button', { name: 'Candidate: known.cfg' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Baseline: none' })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'What changes' })).toContainText('Nothing to compare with')
  await page.getByRole('button', { name: 'Approve as known good…' }).click()
  await page.getByRole('dialog').getByLabel('Note').fill('as it was')
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
  await expect(page.getByText('known.cfg is now known good.')).toBeVisible()
  await cp(files.after, files.before)
  await dropFiles(page, [files.before])
  await expect(page.getByRole('button', { name: /Baseline: known good/ })).toBeVisible()
  await expect(page.getByRole('complementary', { name: 'What changes' })).toContainText('Pool auth can no longer be reached')
})

test('what is dropped opens although a dialog that lay there closes just before', async ({ page, app }) => {
  const files = await copySample(app.folder)
  await app.open(page)
  await settled(page)
  await page.getByRole('button', { name: 'Approve as known good…' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  // The browser moves the mouse once more and then drops; it drops where it met something by that move, be it there any more or not.
  const whileOver = (): Promise<void> => page.evaluate(() => {
    window.addEventListener('dragover', () => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })), { once: true })
  })
  await dropFiles(page, [files.before], { whileOver })
  await expect(page.getByRole('button', { name: 'Candidate: known.cfg' })).toBeVisible()
  await expect(dialog).toHaveCount(0)
  await expect(page.locator('.drop-zone')).toHaveCount(0)
})

test('files that are carried away again, or whose end nobody told, leave no zone behind', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  const zone = page.locator('.drop-zone')
  /** What the browser tells, in its order, when files come over something in the page. */
  const carryIn = (): Promise<void> => page.evaluate(() => {
    const below = document.createElement('div')
    below.id = 'below'
    document.body.append(below)
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['x'], 'x.cfg'))
    below.dispatchEvent(new DragEvent('dragenter', { bubbles: true, dataTransfer }))
  })
  const tell = (type: 'dragenter' | 'dragleave', selector: string): Promise<void> => page.locator(selector).evaluate((element, name) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['x'], 'x.cfg'))
    element.dispatchEvent(new DragEvent(name, { bubbles: true, dataTransfer }))
  }, type)
  const takeAway = (): Promise<void> => page.locator('#below').evaluate((element) => element.remove())
  const oneFrame = (): Promise<void> => page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => setTimeout(done))))

  for (const fate of ['is left', 'goes away'] as const) {
    await carryIn()
    await expect(zone).toBeVisible()
    if (fate === 'goes away') await takeAway()
    await tell('dragenter', '.drop-zone')
    if (fate === 'is left') await tell('dragleave', '#below')
    await oneFrame()
    await expect(zone).toBeVisible()
    await tell('dragleave', '.drop-zone')
    await expect(zone).toHaveCount(0)
    if (fate === 'is left') await takeAway()
  }
  await carryIn()
  await expect(zone).toBeVisible()
  await takeAway()
  await page.mouse.move(300, 300)
  await expect(zone).toHaveCount(0)
})

test('a dropped folder offers the configs found in it', async ({ page, app }) => {
  const folder = path.join(app.folder, 'balancer')
  await mkdir(path.join(folder, 'old'), { recursive: true })
  await cp(sample('after'), path.join(folder, 'haproxy.cfg'))
  await cp(sample('before'), path.join(folder, 'old', 'haproxy.cfg'))
  await app.open(page)
  await settled(page)
  await dropFiles(page, [folder])
  const dialog = page.getByRole('dialog', { name: 'Configs in balancer' })
  await expect(dialog.getByRole('button', { name: /old\/haproxy\.cfg/ })).toBeVisible()
  await dialog.getByRole('button', { name: /^haproxy\.cfg/ }).click()
  await expect(page.getByRole('button', { name: 'Candidate: balancer' })).toBeVisible()
  await settled(page)
})

test('a path that does not exist says so and leaves a way on', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  await page.keyboard.press('Control+o')
  await page.keyboard.type('/nowhere/at/all.cfg')
  await page.keyboard.press('Enter')
  await expect(page.locator('.failure')).toContainText('/nowhere/at/all.cfg')
  await expect(page.getByRole('button', { name: 'Candidate: sample, after' })).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss', exact: true }).click()
  await expect(page.locator('.failure')).toHaveCount(0)
})

test('a load that takes long can be stopped, and tried again', async ({ page, app }) => {
  const files = await copySample(app.folder)
  await app.open(page)
  await settled(page)
  // An engine that is busy for a long time, as far as the window can tell.
  await page.route('**/rpc/config.load', () => undefined)
  await page.keyboard.press('Control+o')
  await page.keyboard.type(files.after)
  await page.keyboard.press('Enter')
  const stop = page.getByRole('contentinfo').getByRole('button', { name: 'Stop' })
  await expect(stop).toBeVisible()
  await stop.click()
  await expect(page.locator('.failure')).toContainText('Stopped before it was read.')
  await expect(page.getByRole('button', { name: 'Candidate: sample, after' })).toBeVisible()
  await expect(stop).toHaveCount(0)
  await page.unroute('**/rpc/config.load')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('button', { name: 'Candidate: candidate.cfg' })).toBeVisible()
  await settled(page)
})
