import './register.ts'
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright'
import type { app as ShimApp, dialog as ShimDialog, ipcMain as ShimIpc, standin as Standin } from './electron-shim.ts'

// The compiled main process and preload, unmodified, under the stand-in (see docs/testing-the-desktop-shell.md).
const projectRoot = path.resolve(import.meta.dirname, '..', '..')
const main = path.join(projectRoot, 'build', 'electron', 'main.js')
const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-shell-'))
const config = path.join(folder, 'haproxy.cfg')
let page: Page
let shim: { readonly app: typeof ShimApp; readonly dialog: typeof ShimDialog; readonly ipcMain: typeof ShimIpc; readonly standin: typeof Standin }

/** A call as the page's own code makes it, through the preload's bridge. */
const call = (method: string, params: unknown): Promise<{ ok: boolean; value?: unknown; failure?: { code: string; message: string } }> =>
  page.evaluate(([name, given]) => (window as unknown as { steelyard: { call(method: unknown, params: unknown, id: number): Promise<never> } }).steelyard.call(name, given, Math.floor(performance.now() * 1000)), [method, params] as const)

before(async () => {
  assert.ok(existsSync(main), 'build/electron/main.js is missing: run "npm run build" first')
  copyFileSync(path.join(projectRoot, 'assets', 'sample-incident', 'after', 'haproxy.cfg'), config)
  process.env['STEELYARD_DATA'] = path.join(folder, 'data')
  process.argv = [process.argv[0] as string, projectRoot, config]
  shim = (await import('./electron-shim.ts')) as never
  await import(pathToFileURL(main).href)
  page = await shim.standin.page()
})

after(async () => {
  shim.app.emit('will-quit', {})
  await shim.standin.dispose()
  rmSync(folder, { recursive: true, force: true })
})

test('a window opens with the app in it and is shown when it is ready', async () => {
  await page.getByRole('main').waitFor({ timeout: 30_000 })
  assert.equal(shim.standin.state.windows.length, 1)
})

test('the window asks for an isolated, sandboxed page without Node', () => {
  const preferences = shim.standin.state.windows[0]?.options.webPreferences
  assert.deepEqual([preferences?.['contextIsolation'], preferences?.['sandbox'], preferences?.['nodeIntegration']], [true, true, false])
  assert.ok(existsSync(preferences?.preload ?? ''), 'the compiled preload stands where main looks for it')
})

test('the bridge is all the page gets', async () => {
  assert.deepEqual(await page.evaluate(() => Object.keys((window as unknown as { steelyard: object }).steelyard).sort()), ['call', 'cancel', 'pathOfFile', 'subscribe'])
})

test('the app says it runs on the desktop and knows the config it was started with', async () => {
  const info = (await call('app.info', {})).value as { host: string; dialogs: boolean; open: { path: string }[] }
  assert.deepEqual([info.host, info.dialogs, info.open.map((input) => input.path)], ['desktop', true, [config]])
})

test('a config is loaded through the bridge by the real engine', async () => {
  const answer = await call('config.load', { input: { kind: 'path', path: config }, options: { dialect: null, root: null, environment: {}, version: null } })
  const summary = answer.value as { product: string; counts: { pools: number; servers: number } }
  assert.deepEqual([summary.product, summary.counts.pools, summary.counts.servers], ['HAProxy', 4, 13])
})

test('an unknown method is refused with a sentence', async () => {
  const answer = await call('app.quit', {})
  assert.deepEqual([answer.ok, answer.failure?.code], [false, 'bad-method'])
})

test('wrong parameters are refused with their name', async () => {
  const answer = await call('config.load', { input: { kind: 'path' }, options: {} })
  assert.equal(answer.failure?.code, 'bad-params')
})

test('a foreign sender is refused and nothing runs', async () => {
  const handler = shim.standin.invokeHandlers.get('steelyard:call') as (...args: unknown[]) => Promise<{ ok: boolean; failure?: { code: string } }>
  const answer = await handler({ sender: { id: 99 }, senderFrame: { url: 'https://evil.example/', parent: null } }, 'app.info', {}, 1)
  assert.deepEqual([answer.ok, answer.failure?.code], [false, 'not-permitted'])
})

test('the open dialog answers with what was chosen, and with nothing when it was given up', async () => {
  shim.standin.state.dialogAnswers.push({ canceled: false, filePaths: [config] }, { canceled: true, filePaths: [] })
  const chosen = await call('host.chooseFiles', { title: 'Open a config', folders: false, many: true })
  assert.deepEqual(chosen, { ok: true, value: [config] })
  assert.deepEqual((shim.standin.state.dialogCalls.at(-1) as { properties: string[] }).properties, ['openFile', 'multiSelections'])
  assert.deepEqual(await call('host.chooseFiles', { title: 'Open a config', folders: true, many: false }), { ok: true, value: [] })
})

test('the save dialog writes the bytes where the user said', async () => {
  const target = path.join(folder, 'picture.svg')
  shim.standin.state.dialogAnswers.push({ canceled: false, filePath: target })
  assert.deepEqual(await call('host.saveFile', { name: 'picture.svg', base64: Buffer.from('<svg/>').toString('base64') }), { ok: true, value: { path: target } })
  assert.equal(readFileSync(target, 'utf8'), '<svg/>')
})

test('a password is kept, not in plain text, and forgotten', async () => {
  const key = 'http://ops@lb.example:8404/stats'
  assert.deepEqual(await call('host.keepSecret', { key, value: 'tiger-41' }), { ok: true, value: null })
  assert.deepEqual(await call('host.secret', { key }), { ok: true, value: { value: 'tiger-41' } })
  const { value } = await call('app.info', {})
  const file = path.join((value as { dataFolder: string }).dataFolder, 'secrets.json')
  assert.doesNotMatch(readFileSync(file, 'latin1'), /tiger/)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(await call('host.keepSecret', { key, value: null }), { ok: true, value: null })
  assert.deepEqual(await call('host.secret', { key }), { ok: true, value: { value: null } })
})

test('the menu is set, and its commands reach the page', async () => {
  interface Item { readonly label?: string; readonly submenu?: readonly Item[]; readonly click?: () => void }
  const template = shim.standin.state.menuTemplate as readonly Item[]
  const item = template.flatMap((top) => top.submenu ?? []).find((entry) => entry.label === 'Review')
  const received = page.evaluate(() => new Promise((resolve) => (window as unknown as { steelyard: { subscribe(listener: (event: string, payload: unknown) => void): void } }).steelyard.subscribe((event, payload) => resolve([event, payload]))))
  await page.waitForTimeout(100)
  item?.click?.()
  assert.deepEqual(await received, ['menu.command', { command: 'workspace-review' }])
})

test('a second instance hands its files to this window', async () => {
  const received = page.evaluate(() => new Promise((resolve) => (window as unknown as { steelyard: { subscribe(listener: (event: string, payload: unknown) => void): void } }).steelyard.subscribe((event, payload) => {
    if (event === 'open.requested') resolve(payload)
  })))
  await page.waitForTimeout(100)
  shim.app.emit('second-instance', {}, ['steelyard', config], folder)
  assert.deepEqual(await received, { inputs: [{ kind: 'path', path: config }] })
})

test('leaving the app, new windows and permissions are denied', () => {
  const contents = shim.standin.state.windows[0]?.webContents
  let prevented = 0
  contents?.emit('will-navigate', { preventDefault: () => { prevented += 1 } }, 'https://evil.example/')
  contents?.emit('will-navigate', { preventDefault: () => { prevented += 1 } }, 'app://steelyard/index.html')
  assert.equal(prevented, 1)
  assert.deepEqual(contents?.openHandler?.(...([{ url: 'https://evil.example/' }] as never[])), { action: 'deny' })
  const answers: boolean[] = []
  for (const permission of ['geolocation', 'media', 'midi', 'clipboard-read']) shim.standin.state.permissionHandler?.(...([{}, permission, (granted: boolean) => answers.push(granted)] as never[]))
  assert.deepEqual(answers, [false, false, false, false])
})

test('pages come with a content security policy that allows only our own scripts', async () => {
  const response = await page.request.get(page.url())
  const policy = response.headers()['content-security-policy'] ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self'(;|$)/)
})
