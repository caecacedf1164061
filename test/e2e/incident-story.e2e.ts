import { readFile } from 'node:fs/promises'
import { copySample, dropFiles, expect, replaceInFile, settled, test } from './app.ts'

test('two dropped configs are compared, approved, followed on disk and exported', async ({ page, app }) => {
  const files = await copySample(app.folder)
  await app.open(page)
  await settled(page)

  await test.step('drop two files: the first is the baseline', async () => {
    await dropFiles(page, [files.before, files.after])
    await expect(page.getByRole('button', { name: 'Baseline: known.cfg' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Candidate: candidate.cfg' })).toBeVisible()
    await expect(page.getByRole('group', { name: 'Verdict' })).toContainText('1 misroute')
  })

  await test.step('the difference stands on the picture', async () => {
    await settled(page)
    const auth = page.locator('[data-box="pool:auth"]').first()
    await expect(auth).toBeVisible()
    await expect(page.getByRole('group', { name: 'Legend' })).toContainText(/changed [1-9]/)
    await expect(page.getByRole('complementary', { name: 'What changes' })).toContainText('auth')
  })

  await test.step('click an edge: the editor shows its line', async () => {
    const edge = page.locator('.topology-edge[data-edge*="auth"]').first()
    await edge.scrollIntoViewIfNeeded()
    await edge.click({ force: true })
    await expect(page.locator('.text-tab .view-line', { hasText: 'use_backend' }).filter({ hasText: 'auth' }).first()).toBeVisible()
    await expect(page.getByRole('contentinfo')).toContainText(/candidate\.cfg:\d+|known\.cfg:\d+/)
  })

  await test.step('approve as known good, with a note', async () => {
    await page.getByRole('button', { name: 'Approve as known good…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Approve as known good' })
    await expect(dialog.getByRole('button', { name: 'Approve' })).toBeDisabled()
    await dialog.getByLabel('Note').fill('Drilled on staging, 20 Nov')
    await dialog.getByLabel('Approved by').fill('Kim')
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText('candidate.cfg is now known good.')).toBeVisible()
    await page.getByRole('button', { name: 'History' }).click()
    await expect(page.getByRole('table', { name: /Snapshots/ })).toContainText('Drilled on staging, 20 Nov')
    await page.getByRole('button', { name: 'Review' }).click()
  })

  await test.step('the file changes on disk: the app shows it and keeps its place', async () => {
    await page.getByRole('tab', { name: 'Plain English' }).click()
    await replaceInFile(files.after, 'weight 200', 'weight 150')
    await expect(page.getByText('candidate.cfg changed on disk, reloaded.')).toBeVisible({ timeout: 15_000 })
    await expect(page.getByRole('tab', { name: 'Plain English' })).toHaveAttribute('aria-selected', 'true')
    await expect(page.getByRole('tabpanel')).toContainText('150')
  })

  for (const [format, begins] of [['SVG', '<svg'], ['PNG', '\x89PNG'], ['PDF', '%PDF']] as const) {
    await test.step(`export ${format}`, async () => {
      await page.getByRole('button', { name: 'Export…' }).click()
      const dialog = page.getByRole('dialog', { name: 'Export the picture' })
      await dialog.getByRole('radio', { name: format }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: `Save ${format}` }).click()])
      const bytes = await readFile(await download.path())
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`))
      expect(bytes.toString('latin1').slice(0, 200)).toContain(begins)
      expect(bytes.length).toBeGreaterThan(2000)
      await expect(dialog).toBeHidden()
    })
  }
})
