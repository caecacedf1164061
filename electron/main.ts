import { statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, protocol, safeStorage, session, shell } from 'electron'
import { bridgeChannels } from '#shared/rpc/bridge.ts'
import { preferLocal, type Dispatcher } from '#shared/rpc/dispatcher.ts'
import { startEngine } from '#shared/node/engine-client.ts'
import { dataFolder, rendererFolder } from '#shared/node/folders.ts'
import type { ConfigInput } from '#shared/rpc/payloads.ts'
import { createRequestHandler } from '../cli/serve/static-files.ts'
import { createDialogs, dialogMethods } from './dialogs.ts'
import { bindIpc, isOwnPage } from './ipc.ts'
import { toMenuTemplate } from './menu.ts'
import { fromDeepLink, toOpenRequests } from './open-requests.ts'
import { createSecrets, secretMethods } from './secrets.ts'
import { appOrigin, toWindowOptions } from './window-options.ts'

const report = (text: string): void => void process.stderr.write(`steelyard: ${text}\n`)
const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
const absolute = (argv: readonly string[], folder: string): readonly string[] => argv.map((argument) => (argument.includes(':') || argument.startsWith('-') ? argument : path.resolve(folder, argument)))

// A privileged scheme must be registered before the app is ready; then the grant for file: pages is not needed.
protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])

/** Configs that arrived before there was a window to tell. */
const early: ConfigInput[] = [...toOpenRequests(absolute(process.argv.slice(1), process.cwd()), isFile)]
let mainWindow: BrowserWindow | null = null

function tell(event: string, payload: unknown): void {
  mainWindow?.webContents.send(bridgeChannels.event, event, payload)
}

function open(inputs: readonly ConfigInput[]): void {
  if (mainWindow === null) early.push(...inputs)
  else if (inputs.length > 0) tell('open.requested', { inputs })
}

function createWindow(): void {
  const preload = path.join(path.dirname(fileURLToPath(import.meta.url)), 'preload.cjs')
  const window = new BrowserWindow(toWindowOptions(preload, nativeTheme.shouldUseDarkColors))
  window.once('ready-to-show', () => window.show())
  window.on('closed', () => { mainWindow = null })
  mainWindow = window
  void window.loadURL(`${appOrigin}/index.html`)
}

/** What a page of ours may do besides: copy text, and notify where the user switched it on. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'notifications'])

/** A page of ours stays where it is: no navigation, no new windows, no embedded pages, no other permissions. */
function denyEverythingElse(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!url.startsWith(`${appOrigin}/`)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed.has(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed.has(permission))
}

async function start(): Promise<void> {
  await app.whenReady()
  denyEverythingElse()
  const statics = createRequestHandler(rendererFolder())
  protocol.handle('app', (request) => (new URL(request.url).host === 'steelyard' ? statics(request) : new Response(null, { status: 404 })))

  const engine = startEngine({ host: { host: 'desktop', dialogs: true, open: early }, dataFolder: null, validateResults: false }, report)
  engine.transport.listen(tell)
  const remote: Dispatcher = { call: (callId, method, params) => engine.transport.send(callId, method, params), cancel: engine.transport.cancel }
  const dialogs = createDialogs({ dialog, shell, window: () => mainWindow, report: (error, method) => report(`${method}: ${String(error)}`) })
  const secrets = createSecrets({ store: safeStorage, folder: dataFolder(), report: (error, method) => report(`${method}: ${String(error)}`) })
  bindIpc(ipcMain, preferLocal(dialogs, dialogMethods, preferLocal(secrets, secretMethods, remote)), isOwnPage(appOrigin))

  Menu.setApplicationMenu(Menu.buildFromTemplate(toMenuTemplate(process.platform, (command) => tell('menu.command', { command }))))
  app.on('activate', () => {
    if (mainWindow === null) createWindow()
  })
  app.on('will-quit', () => void engine.dispose())
  createWindow()
}

app.setAsDefaultProtocolClient('steelyard')
if (!app.requestSingleInstanceLock()) app.quit()
else {
  app.on('second-instance', (_event, argv, folder) => {
    open(toOpenRequests(absolute(argv.slice(1), folder), isFile))
    if (mainWindow?.isMinimized() === true) mainWindow.restore()
    mainWindow?.focus()
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    open([{ kind: 'path', path: file }])
  })
  app.on('open-url', (event, url) => {
    event.preventDefault()
    open(fromDeepLink(url))
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  start().catch((error: unknown) => {
    report(error instanceof Error ? (error.stack ?? error.message) : String(error))
    dialog.showErrorBox('Steelyard could not start', error instanceof Error ? error.message : String(error))
    app.exit(4)
  })
}
