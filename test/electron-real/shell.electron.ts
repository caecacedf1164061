import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron, expect, test, type ElectronApplication, type Page } from 'playwright/test'

// Runs only where a genuine Electron is present (tools/test-electron.ts probes first). No executablePath on purpose:
// then Playwright's loader holds start-up and no early event is missed.
const projectRoot = path.resolve(import.meta.dirname, '..', '..')
const sample = (side: 'before' | 'after'): string => path.join(projectRoot, 'assets', 'sample-incident', side, 'haproxy.cfg')
let data: string
let application: ElectronApplication
let page: Page

test.beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'steelyard-electron-'))
  application = await _electron.launch({ args: [projectRoot, sample('before'), sample('after')], env: { ...process.env, STEELYARD_DATA: data } as Record<string, string> })
  page = await application.firstWindow()
})

test.afterAll(async () => {
  await application.close()
  rmSync(data, { recursive: true, force: true })
})

test('the window opens on our own scheme with the bridge and without Node', async () => {
  await expect(page.getByRole('main')).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/steelyard\//)
  expect(await page.evaluate(() => Object.keys((window as unknown as { steelyard: object }).steelyard).sort())).toEqual(['call', 'cancel', 'pathOfFile', 'subscribe'])
  expect(await page.evaluate(() => [typeof (globalThis as { require?: unknown }).require, typeof (globalThis as { process?: unknown }).process])).toEqual(['undefined', 'undefined'])
})

test('the security preferences are in force', async () => {
  const preferences = await application.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    const { contextIsolation, sandbox, nodeIntegration, webSecurity } = contents.getLastWebPreferences()
    return { contextIsolation, sandbox, nodeIntegration, webSecurity }
  })
  expect(preferences).toEqual({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true })
})

test('the page cannot leave, open windows, or run inline script', async () => {
  const before = page.url()
  await page.evaluate(() => {
    window.location.href = 'https://example.invalid/'
  })
  await page.waitForTimeout(300)
  expect(page.url()).toBe(before)
  expect(await page.evaluate(() => window.open('https://example.invalid/'))).toBeNull()
  expect(await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.planted = 1'
    document.head.append(script)
    return (window as unknown as { planted?: number }).planted
  })).toBeUndefined()
})

test('a call answers through the bridge, an unknown method is refused', async () => {
  const answers = await page.evaluate(async () => {
    const bridge = (window as unknown as { steelyard: { call(method: string, params: unknown, id: number): Promise<{ ok: boolean }> } }).steelyard
    return [(await bridge.call('app.info', {}, 900_001)).ok, (await bridge.call('no.such', {}, 900_002)).ok]
  })
  expect(answers).toEqual([true, false])
})
