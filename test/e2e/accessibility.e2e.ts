import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright/test'
import { expect, settled, test } from './app.ts'

/** Rules whose outcome depends on colours; those of the light theme that the dark one does not answer. */
const aboutColours = ['color-contrast', 'link-in-text-block']

async function seriousViolations(page: Page, theme?: 'dark' | 'light'): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] })
  if (theme === 'light') axe.withRules(aboutColours)
  const { violations } = await axe.analyze()
  return violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} — ${node.failureSummary?.split('\n')[1]?.trim() ?? violation.help}`))
}

const screens: readonly (readonly [name: string, keys: readonly string[], ready: string])[] = [
  ['review', ['1'], '.cards .card'],
  ['review with a finding chosen', ['1', 'n'], '.card.sel'],
  ['review as a table', ['1', 'Escape', 't'], '.picture table'],
  ['live', ['2'], '.live-start'],
  ['trace', ['3'], '.trace-results'],
  ['checks', ['4'], '.diagnostic'],
  ['history', ['5'], '.two-panes'],
  ['settings', ['6'], '.facts'],
  ['keys', ['1', '?'], '[role=dialog]'],
  ['palette', ['1', 'Control+k'], '[cmdk-list]'],
  ['open', ['1', 'Control+o'], '[role=dialog]'],
  ['export', ['1', 'Control+e'], '[role=dialog]'],
  ['approve', ['1', 'Control+Shift+A'], '[role=dialog]'],
]

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious in any workspace, ${theme}`, async ({ page, app }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await app.open(page)
    await settled(page)
    await expect(page.locator('.text-tab .view-line').first()).toBeVisible()
    for (const [name, keys, ready] of screens) {
      await test.step(name, async () => {
        await page.keyboard.press('Escape')
        await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
        for (const key of keys) await page.keyboard.press(key)
        await expect(page.locator(ready).first()).toBeVisible()
        expect.soft(await seriousViolations(page, theme), `${name}, ${theme}`).toEqual([])
        if (keys.includes('t')) await page.keyboard.press('t')
      })
    }
  })
}

const scripted = (prefix: string): string => `global
    lua-load /etc/haproxy/route.lua
frontend web
    mode http
    bind :8080
    http-request lua.route
    use_backend api if { path_beg ${prefix} }
    default_backend site
backend api
    mode http
    server a1 192.0.2.1:80
backend site
    mode http
    server s1 192.0.2.2:80
`

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious where traffic is partly unknown and a replay was refused, ${theme}`, async ({ page, app }) => {
    const files = [path.join(app.folder, 'known.cfg'), path.join(app.folder, 'candidate.cfg')] as const
    await writeFile(files[0], scripted('/api/'))
    await writeFile(files[1], scripted('/api/v2/'))
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await app.open(page, files)
    await settled(page)
    await page.getByRole('button', { name: 'Prove all' }).click()
    await expect(page.locator('.traffic-tools .proof')).toBeVisible()
    await page.keyboard.press('n')
    await expect(page.locator('.hunk-row').first()).toBeAttached()
    expect(await seriousViolations(page, theme)).toEqual([])
  })
}

test('axe finds nothing serious in the other tabs of the drawer', async ({ page, app }) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await app.open(page)
  await settled(page)
  for (const tab of ['Plain English', 'Checks', 'Decision list']) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(page.getByRole('tabpanel', { name: tab })).toContainText(/\w/)
    expect.soft(await seriousViolations(page), tab).toEqual([])
  }
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious in Live while an incident is replayed, ${theme}`, async ({ page, app }) => {
    test.setTimeout(180_000)
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await app.open(page)
    await settled(page)
    await page.keyboard.press('2')
    await page.getByRole('button', { name: 'Play the recording of the sample incident' }).click()
    await page.getByRole('slider', { name: 'Moment' }).press('End')
    await expect(page.locator('[data-alert] .tone-critical').first()).toBeVisible()
    for (const tab of ['Timeline', 'Distribution', 'Servers', 'Raw stats']) {
      await page.getByRole('tab', { name: tab }).click()
      await expect(page.getByRole('tabpanel', { name: tab })).toContainText(/\w/)
      expect.soft(await seriousViolations(page, theme), `${tab}, ${theme}`).toEqual([])
    }
  })
}
