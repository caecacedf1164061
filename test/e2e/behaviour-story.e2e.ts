import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from 'playwright/test'
import { copySample, dropFiles, expect, replaceInFile, settled, test } from './app.ts'

const panel = (page: Page) => page.getByRole('complementary', { name: 'What changes for traffic' })
const login = 'Requests for api.shop.example/v2/auth/… go to pool api instead of auth.'
const loginCard = (page: Page) => panel(page).locator('.card', { hasText: login })

test('the login misroute: from opening to the causing line in one click, then proved on the real balancer', async ({ page, app }) => {
  await app.open(page)

  await test.step('the verdict stands first, the class that hurts most first under it', async () => {
    await expect(panel(page).locator('.verdict-banner')).toContainText('Traffic changes')
    await expect(panel(page).locator('.card').first()).toContainText(login)
    await expect(panel(page).locator('.card').first()).toContainText('Critical · misroute')
    await expect(page.getByRole('group', { name: 'Verdict' })).toContainText('1 misroute')
  })

  await test.step('one click on the card: the causing line is in view and marked on both sides', async () => {
    await settled(page)
    await loginCard(page).getByText(login).click()
    await expect(page.locator('.text-revealed').first()).toBeVisible()
    await expect(page.getByRole('contentinfo')).toContainText('haproxy.cfg:40')
    await expect(page.locator('.editor.original .view-line', { hasText: 'use_backend auth if host_api is_auth' })).toBeVisible()
    await expect(page.locator('.editor.original .text-chosen').first()).toBeVisible()
    await expect(page.locator('.editor.modified .text-chosen').first()).toBeVisible()
  })

  await test.step('the changed lines say what they do to traffic', async () => {
    await expect(page.locator('.hunk-row', { hasText: '1 class' }).filter({ hasText: login }).first()).toBeVisible()
  })

  await test.step('the card has its evidence: both deciding lines, the witness, the condition', async () => {
    const lines = loginCard(page).getByRole('group', { name: 'Deciding lines' })
    await expect(lines).toContainText('use_backend auth if host_api is_auth')
    await expect(lines).toContainText('use_backend api if host_api')
    await expect(loginCard(page).locator('.curl')).toContainText('https://api.shop.example/v2/auth/')
    await lines.getByRole('button', { name: /Candidate/ }).click()
    await expect(page.getByRole('contentinfo')).toContainText(/(?<!baseline )haproxy\.cfg:39/)
  })

  await test.step('Prove: the real balancer agrees', async () => {
    await loginCard(page).getByRole('button', { name: 'Prove' }).click()
    await expect(loginCard(page).locator('.proof.tone-ok')).toContainText('HAProxy', { timeout: 30_000 })
    await panel(page).getByRole('button', { name: 'Prove all' }).click()
    await expect(panel(page).locator('.traffic-tools .proof.tone-ok')).toContainText('2 witnesses', { timeout: 30_000 })
    await expect(panel(page).locator('.proof.tone-critical')).toHaveCount(0)
  })

  await test.step('Trace runs the witness through both configs', async () => {
    await loginCard(page).getByRole('button', { name: 'Trace' }).click()
    await expect(page.getByRole('textbox', { name: 'URL', exact: true })).toHaveValue('https://api.shop.example/v2/auth/')
    await expect(page.getByRole('region', { name: 'Results' })).toContainText('This request is treated differently.')
    await page.getByRole('button', { name: 'Review' }).click()
  })
})

test('what is chosen in one place is chosen in all of them', async ({ page, app }) => {
  await app.open(page)
  await settled(page)
  await expect(loginCard(page)).toBeVisible()

  await test.step('a box in the picture chooses the cards of its classes', async () => {
    await page.locator('[data-box="pool:auth"]').first().click()
    await expect(loginCard(page)).toHaveClass(/\bsel\b/)
  })

  await test.step('a line in the text too', async () => {
    await page.keyboard.press('Escape')
    await expect(page.locator('.card.sel')).toHaveCount(0)
    await page.locator('.editor.original .view-line', { hasText: 'use_backend auth if host_api is_auth' }).click()
    await expect(loginCard(page)).toHaveClass(/\bsel\b/)
  })

  await test.step('and so does the row above changed lines', async () => {
    await page.getByRole('button', { name: 'Next change' }).click()
    await page.keyboard.press('Escape')
    // The editor's own layer takes the mouse and tells which row is under it.
    await page.locator('.hunk-row', { hasText: login }).first().click({ force: true })
    await expect(loginCard(page)).toHaveClass(/\bsel\b/)
  })
})

test('ticks survive a reload and a change on disk, by keyboard alone', async ({ page, app }) => {
  const files = await copySample(app.folder)
  await app.open(page, [files.before, files.after])
  await settled(page)
  await expect(loginCard(page)).toBeVisible()
  await page.keyboard.press('n')
  await expect(loginCard(page)).toHaveClass(/\bsel\b/)
  await page.keyboard.press('v')
  await expect(panel(page).locator('.reviewed').first()).toContainText(/^1\/\d+ reviewed/)
  await page.keyboard.press('Enter')
  await expect(page.locator('.text-revealed').first()).toBeVisible()

  await page.reload()
  await settled(page)
  await expect(loginCard(page).getByRole('checkbox')).toBeChecked()

  await replaceInFile(files.after, 'timeout queue 5s', 'timeout queue 6s')
  await expect(page.getByText('candidate.cfg changed on disk, reloaded.')).toBeVisible({ timeout: 15_000 })
  await expect(panel(page).locator('.verdict-banner')).toContainText('Traffic changes')
  await expect(loginCard(page).getByRole('checkbox')).toBeChecked()
})

test('a comparison that takes long says so, can be stopped, and never leaves an old verdict', async ({ page, app }) => {
  await page.route('**/rpc/behaviour.compare', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 4000))
    await route.continue().catch(() => undefined)
  })
  await app.open(page)
  await expect(panel(page).locator('.working-banner')).toContainText('Comparing every request…')
  await expect(panel(page).locator('.card').first()).toBeVisible()
  await expect(page.getByRole('group', { name: 'Verdict' })).toContainText('traffic: comparing…')
  await panel(page).getByRole('button', { name: 'Stop' }).click()
  await expect(panel(page).locator('.verdict-banner.hatched')).toContainText('Stopped before every request was compared.')
  await expect(page.getByRole('group', { name: 'Verdict' })).toContainText('traffic: not known')
  await page.unroute('**/rpc/behaviour.compare')
  await panel(page).getByRole('button', { name: 'Try again' }).click()
  await expect(panel(page).locator('.verdict-banner')).toContainText('Traffic changes')
})

test('Stop counts, too, while the comparison of traffic still waits for the picture', async ({ page, app }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url().split('/').at(-1) ?? ''))
  await page.route('**/rpc/topology.view', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 4000))
    await route.continue().catch(() => undefined)
  })
  await app.open(page)
  await panel(page).getByRole('button', { name: 'Stop' }).click()
  await expect(panel(page).locator('.verdict-banner.hatched')).toContainText('Stopped before every request was compared.')
  await settled(page)
  await expect(page.getByRole('group', { name: 'Verdict' })).toContainText('traffic: not known')
  expect(asked).toContain('compare.run')
  expect(asked).not.toContain('behaviour.compare')
  await panel(page).getByRole('button', { name: 'Try again' }).click()
  await expect(panel(page).locator('.verdict-banner')).toContainText('Traffic changes')
})

test('an access log gives each class its share of real requests', async ({ page, app }) => {
  const line = (path: string, pool: string): string => `Nov 20 12:00:00 lb haproxy[1]: 203.0.113.7:40000 [20/Nov/2026:12:00:00.000] https-in~ ${pool}/${pool}-1 0/0/1/2/3 200 100 - - ---- 1/1/1/1/0 0/0 {api.shop.example} "GET ${path} HTTP/1.1"`
  const log = path.join(app.folder, 'access.log')
  await writeFile(log, [...Array.from({ length: 3 }, () => line('/v2/auth/login', 'auth')), line('/cart', 'api')].join('\n'))
  await app.open(page)
  await settled(page)
  await panel(page).locator('input[type=file]').setInputFiles(log)
  await expect(panel(page).locator('.weights')).toContainText('Weighed with access.log: 4 requests')
  await expect(loginCard(page).locator('.share')).toContainText(/of logged requests|no logged request/)
  await panel(page).getByRole('button', { name: 'Forget the access log' }).click()
  await expect(panel(page).locator('.share')).toHaveCount(0)
  const button = await panel(page).getByRole('button', { name: 'Weigh with an access log…' }).boundingBox()
  if (button === null) throw new Error('There is no button to drop a log on.')
  await dropFiles(page, [log], { x: button.x + button.width / 2, y: button.y + button.height / 2 })
  await expect(panel(page).locator('.weights')).toContainText('Weighed with access.log: 4 requests')
})

const lua = (prefix: string): string => `global
    lua-load /etc/haproxy/route.lua

defaults
    mode http

frontend web
    bind :8080
    http-request lua.route
    use_backend api if { path_beg ${prefix} }
    default_backend site

backend api
    server a1 192.0.2.1:80

backend site
    server s1 192.0.2.2:80
`

test('a config with a script: the verdict says what is not modelled, and nothing is started', async ({ page, app }) => {
  const [before, after] = [path.join(app.folder, 'known.cfg'), path.join(app.folder, 'candidate.cfg')]
  await writeFile(before, lua('/api/'))
  await writeFile(after, lua('/api/').replace('defaults\n', '# a comment\ndefaults\n'))
  await app.open(page)
  await settled(page)
  await dropFiles(page, [before, after])
  await expect(page.getByRole('button', { name: 'Candidate: candidate.cfg' })).toBeVisible()

  await test.step('never "identical": the line that nobody can judge is named', async () => {
    await expect(panel(page).locator('.verdict-banner.hatched')).toContainText('Traffic may differ')
    const unknown = panel(page).getByRole('region', { name: 'Not known' })
    await expect(unknown).toContainText(/Not modelled: .*lua/i)
    await expect(unknown.getByRole('button', { name: /line \d+/ }).first()).toBeVisible()
    await expect(page.getByRole('group', { name: 'Verdict' })).toContainText('traffic may differ')
    await expect(page.getByRole('group', { name: 'Verdict' })).not.toContainText('identical')
    await expect(page.locator('.hunk-row', { hasText: 'cannot tell' })).toBeVisible()
    await expect(page.locator('.hunk-row', { hasText: 'no effect' })).toHaveCount(0)
    await unknown.getByRole('button', { name: /line \d+/ }).first().click()
    await expect(page.getByRole('contentinfo')).toContainText(/\.cfg:\d+/)
  })

  await test.step('where traffic changes besides, Prove refuses and says why', async () => {
    await writeFile(after, lua('/api/v2/'))
    await dropFiles(page, [before, after])
    await expect(panel(page).locator('.verdict-banner')).toContainText('Traffic changes')
    await panel(page).getByRole('button', { name: 'Prove all' }).click()
    await expect(panel(page).locator('.traffic-tools .proof.tone-unknown')).toContainText(/Lua script/, { timeout: 30_000 })
  })
})
