import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { dropFiles, expect, settled, test } from './app.ts'

const good = 'frontend web\n    mode http\n    bind :8080\n    default_backend api\nbackend api\n    mode http\n    server a 10.0.0.1:80\n'

/** What the app says: that it cannot be opened, or a finding at a line of the config that stands there. */
type Says = { readonly refused: RegExp } | { readonly finding: RegExp; readonly place: RegExp }

interface Bad {
  readonly name: string
  /** Makes it in a folder of its own and gives the path to open. */
  readonly make: (folder: string) => Promise<string>
  readonly says: Says
  /** Where it is dropped and the browser itself sees something else than the engine would. */
  readonly dropped?: Says
}

const file = (name: string, contents: string | Uint8Array) => async (folder: string): Promise<string> => {
  await writeFile(path.join(folder, name), contents)
  return path.join(folder, name)
}
const bad: readonly Bad[] = [
  { name: 'an empty file', make: file('odd.cfg', ''), says: { finding: /is empty/, place: /odd\.cfg line 1/ } },
  { name: 'a file of 200 MB', make: async (folder) => { const made = await file('large.cfg', '')(folder); await truncate(made, 200 * 1024 * 1024); return made }, says: { refused: /large\.cfg is 200 MB; at most 128 MB are read/ } },
  { name: 'a UTF-16 file', make: file('odd.cfg', Buffer.from(`\ufeff${good}`, 'utf16le')), says: { finding: /UTF-16/, place: /odd\.cfg line 1/ } },
  { name: 'a file with a NUL byte', make: file('odd.cfg', good.replace('default', 'def\0ault')), says: { finding: /NUL/, place: /odd\.cfg line 4/ } },
  { name: 'a file that is no text', make: file('odd.cfg', Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256)), says: { refused: /odd\.cfg is not text/ } },
  { name: 'an unknown section', make: file('odd.cfg', `${good}fantasy section\n    x y\n`), says: { finding: /fantasy/, place: /odd\.cfg line 8/ } },
  { name: 'a map file that is missing', make: file('odd.cfg', good.replace('default_backend api', 'use_backend %[path,map(/nowhere/paths.map,api)]')), says: { finding: /\/nowhere\/paths\.map/, place: /odd\.cfg line 4/ } },
  {
    // The superuser reads every file, so what may not be read is a folder that stands where a file should.
    name: 'a map that cannot be read',
    make: async (folder) => {
      await mkdir(path.join(folder, 'paths.map'))
      return file('odd.cfg', good.replace('default_backend api', 'use_backend %[path,map(paths.map,api)]'))(folder)
    },
    says: { finding: /paths\.map/, place: /odd\.cfg line 4/ },
  },
  {
    name: 'a link that leads back to itself',
    make: async (folder) => {
      await symlink(path.join(folder, 'b.cfg'), path.join(folder, 'a.cfg'))
      await symlink(path.join(folder, 'a.cfg'), path.join(folder, 'b.cfg'))
      return path.join(folder, 'a.cfg')
    },
    says: { refused: /a\.cfg is a symbolic link that leads back to itself/ }, dropped: { refused: /a\.cfg cannot be read/ },
  },
  {
    name: 'a folder without a config',
    make: async (folder) => { await mkdir(path.join(folder, 'bare')); return path.join(folder, 'bare') },
    says: { refused: /bare holds no file ending in \.cfg/ }, dropped: { refused: /No config was found in bare/ },
  },
]

async function expectSaid(page: Page, says: Says): Promise<void> {
  if ('refused' in says) {
    await expect(page.locator('.failure, .notice.problem').first()).toContainText(says.refused)
    return
  }
  await expect(page.getByRole('button', { name: 'Candidate: odd.cfg' })).toBeVisible()
  await page.getByRole('navigation', { name: 'Workspaces' }).getByRole('button', { name: 'Checks' }).click()
  const finding = page.locator('.diagnostic', { hasText: says.finding }).first()
  await expect(finding).toContainText(says.place)
}

/** The window goes on: another config opens. */
async function expectGoesOn(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('sample incident')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Candidate: sample, after' })).toBeVisible()
  await expect(page.locator('.failure')).toHaveCount(0)
  await settled(page)
}

for (const { name, make, says, dropped } of bad) {
  test(`${name} is said plainly, and the window goes on`, async ({ page, app }) => {
    const made = await make(app.folder)
    await test.step('named on the command line', async () => {
      await app.open(page, [made])
      await expectSaid(page, says)
      await expectGoesOn(page)
    })
    await test.step('typed into the Open dialog', async () => {
      await page.keyboard.press('Control+o')
      await page.keyboard.type(made)
      await page.keyboard.press('Enter')
      await expectSaid(page, says)
      await expectGoesOn(page)
    })
    await test.step('dropped', async () => {
      await dropFiles(page, [made])
      await expectSaid(page, dropped ?? says)
      await expectGoesOn(page)
    })
  })
}

test('folders that contain each other end by themselves, named or dropped', async ({ page, app }) => {
  const ring = path.join(app.folder, 'ring')
  await mkdir(path.join(ring, 'inner'), { recursive: true })
  await writeFile(path.join(ring, 'haproxy.cfg'), good)
  await symlink('..', path.join(ring, 'inner', 'outer'))
  await symlink('.', path.join(ring, 'again'))
  await app.open(page, [ring])
  await expect(page.getByRole('button', { name: 'Candidate: ring' })).toBeVisible()
  await settled(page)
  await page.keyboard.press('Control+o')
  await page.keyboard.type(ring)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Candidate: haproxy.cfg' })).toBeVisible()
  await settled(page)
  await dropFiles(page, [ring])
  await expect(page.getByRole('button', { name: 'Candidate: ring' })).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await settled(page)
})
