import { execFile } from 'node:child_process'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { copySample, expect, replaceInFile, sample, settled, test } from './app.ts'

/** Every file under `folder`, as paths. */
async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
}

test('a known good version is restored over a damaged file, with a backup of the damaged one', async ({ page, app }) => {
  const { before: config } = await copySample(app.folder)
  const good = await readFile(config)
  await app.open(page, [config])
  await settled(page)

  await test.step('approve what stands there', async () => {
    await page.getByRole('button', { name: 'Approve as known good…' }).click()
    await page.getByRole('dialog').getByLabel('Note').fill('as drilled')
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
    await expect(page.getByText('known.cfg is now known good.')).toBeVisible()
  })

  await test.step('the file changes on disk', async () => {
    await replaceInFile(config, 'backend auth', 'backend auth-broken')
    await expect(page.getByText('known.cfg changed on disk, reloaded.')).toBeVisible({ timeout: 15_000 })
  })
  const damaged = await readFile(config)

  await test.step('restore from History: the plan names what is written and what is undone', async () => {
    await page.getByRole('button', { name: 'History' }).click()
    await page.getByRole('button', { name: /^Actions for the snapshot/ }).click()
    await page.getByRole('menuitem', { name: 'Restore to a file…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Restore known.cfg' })
    await expect(dialog).toContainText(`${config} is replaced`)
    await expect(dialog).toContainText('+1 −1 lines')
    await expect(dialog).toContainText('is kept in')
    expect(await readFile(config)).toEqual(damaged)
    await dialog.getByRole('button', { name: 'Restore' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText(/^Restored\. What stood there is kept in/)).toBeVisible()
  })

  expect(await readFile(config)).toEqual(good)
  const said = await page.getByText(/^Restored\. What stood there is kept in/).textContent()
  const backupFolder = /kept in (.+?)\.?$/.exec(said ?? '')?.[1] ?? ''
  const kept = await filesUnder(backupFolder)
  expect(kept.length).toBeGreaterThan(0)
  expect(await Promise.all(kept.map((each) => readFile(each)))).toContainEqual(damaged)

  await test.step('a second time there is nothing to do, and the dialog says so', async () => {
    await page.getByRole('button', { name: /^Actions for the snapshot/ }).click()
    await page.getByRole('menuitem', { name: 'Restore to a file…' }).click()
    await expect(page.getByRole('dialog')).toContainText('Every file is the same already.')
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Restore' })).toBeDisabled()
  })
})

test('what stands in a commit is opened from git, typed or through the menu', async ({ page, app }) => {
  const config = path.join(app.folder, 'haproxy.cfg')
  const git = (...args: readonly string[]): Promise<unknown> =>
    promisify(execFile)('git', ['-C', app.folder, '-c', 'user.name=Kim', '-c', 'user.email=kim@example.com', '-c', 'commit.gpgsign=false', ...args])
  await git('init', '--quiet')
  await cp(sample('before'), config)
  await git('add', 'haproxy.cfg')
  await git('commit', '--quiet', '-m', 'before the change')
  await writeFile(config, await readFile(sample('after')))

  await app.open(page, [config])
  await settled(page)

  await test.step('typed as git:REF:PATH', async () => {
    await page.keyboard.press('Control+Shift+O')
    await page.keyboard.type(`git:HEAD:${config}`)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: /Baseline: .*HEAD/ })).toBeVisible()
    await settled(page)
    await expect(page.getByRole('complementary', { name: 'What changes' })).toContainText('Pool auth can no longer be reached')
  })

  await test.step('a commit that does not exist is said, and the baseline stays', async () => {
    await page.keyboard.press('Control+Shift+O')
    await page.keyboard.type(`git:no-such-branch:${config}`)
    await page.keyboard.press('Enter')
    await expect(page.locator('.failure')).toContainText('no-such-branch')
    await expect(page.getByRole('button', { name: /Baseline: .*HEAD/ })).toBeVisible()
    await page.getByRole('button', { name: 'Dismiss', exact: true }).click()
  })

  await test.step('through the menu of a side', async () => {
    await page.getByRole('button', { name: /^Candidate: / }).click()
    await page.getByRole('menuitem', { name: 'From git…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Candidate from git' })
    await expect(dialog.getByLabel('File')).toHaveValue(config)
    await dialog.getByRole('button', { name: 'Open' }).click()
    await expect(page.getByRole('button', { name: /Candidate: .*HEAD/ })).toBeVisible()
    await settled(page)
    await expect(page.getByRole('complementary', { name: 'What changes' })).toContainText('Nothing differs')
  })
})
