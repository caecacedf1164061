import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import vm from 'node:vm'
import { chromium, type Browser, type Page } from 'playwright'

/**
 * A stand-in for the module `electron`: windows are pages of a headless Chromium, channels copy by structured clone, the
 * preload gets only what a sandboxed preload may load. It runs our compiled main process and preload unmodified.
 *
 * It is not Electron. Not covered: isolated worlds, the OS sandbox, native menus and dialogs, privileges of custom
 * schemes (pages are served from loopback instead), sessions and permissions, crashes, auto-update.
 */
const browserArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

type Handler = (...args: never[]) => unknown
interface FrameLike { url: string; parent: FrameLike | null }
interface DialogAnswer { readonly canceled: boolean; readonly filePaths?: readonly string[]; readonly filePath?: string }

const schemeHandlers = new Map<string, (request: Request) => Promise<Response> | Response>()
const invokeHandlers = new Map<string, Handler>()
const state = {
  browser: undefined as Browser | undefined,
  server: undefined as Server | undefined,
  serverOrigin: '',
  windows: [] as BrowserWindow[],
  menuTemplate: null as unknown,
  dialogAnswers: [] as DialogAnswer[],
  dialogCalls: [] as unknown[],
  opened: [] as string[],
  privileged: [] as unknown[],
  permissionHandler: null as Handler | null,
  quit: false,
  singleInstance: true,
  paths: {} as Record<string, string>,
}

/** The one custom scheme is served from loopback; pages see an http origin, the main process sees its own scheme. */
async function serve(): Promise<string> {
  if (state.serverOrigin !== '') return state.serverOrigin
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const [scheme, handler] = [...schemeHandlers][0] ?? []
      if (handler === undefined) {
        outgoing.writeHead(404).end()
        return
      }
      const response = await handler(new Request(`${scheme}://steelyard${incoming.url ?? '/'}`))
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  state.server = server
  state.serverOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return state.serverOrigin
}

const toPageUrl = (url: string): string => url.replace(/^[a-z]+:\/\/steelyard/, state.serverOrigin)
const toAppUrl = (url: string): string => (state.serverOrigin === '' ? url : url.replace(state.serverOrigin, `${[...schemeHandlers.keys()][0] ?? 'app'}://steelyard`))

class WebContents extends EventEmitter {
  readonly id: number
  readonly page: Promise<Page>
  openHandler: Handler | null = null
  url = ''
  readonly #forwarders = new Set<(channel: string, args: unknown[]) => void>()

  constructor(id: number, page: Promise<Page>) {
    super()
    this.id = id
    this.page = page
  }

  get mainFrame(): FrameLike {
    return { url: toAppUrl(this.url), parent: null }
  }

  get session() {
    return session.defaultSession
  }

  setWindowOpenHandler(handler: Handler): void {
    this.openHandler = handler
  }

  isDestroyed(): boolean {
    return false
  }

  getURL(): string {
    return toAppUrl(this.url)
  }

  onMessage(forward: (channel: string, args: unknown[]) => void): void {
    this.#forwarders.add(forward)
  }

  send(channel: string, ...args: unknown[]): void {
    for (const forward of this.#forwarders) forward(channel, structuredClone(args))
  }
}

interface WindowOptions { readonly webPreferences?: { readonly preload?: string } & Record<string, unknown>; readonly width?: number; readonly height?: number }

class BrowserWindow extends EventEmitter {
  static #next = 1
  readonly options: WindowOptions
  readonly webContents: WebContents
  readonly #page: Promise<Page>

  constructor(options: WindowOptions) {
    super()
    this.options = options
    this.#page = this.#open()
    this.webContents = new WebContents(BrowserWindow.#next++, this.#page)
    state.windows.push(this)
    queueMicrotask(() => app.emit('web-contents-created', {}, this.webContents))
  }

  static getAllWindows(): readonly BrowserWindow[] {
    return state.windows
  }

  static getFocusedWindow(): BrowserWindow | null {
    return state.windows.at(-1) ?? null
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return state.windows.find((window) => window.webContents === contents) ?? null
  }

  async #open(): Promise<Page> {
    state.browser ??= await chromium.launch({ executablePath: process.env['STEELYARD_CHROMIUM'] || '/usr/bin/chromium', args: browserArguments })
    const page = await state.browser.newPage({ viewport: { width: this.options.width ?? 1280, height: this.options.height ?? 800 } })
    return page
  }

  async loadURL(url: string): Promise<void> {
    await serve()
    const page = await this.#page
    const preload = this.options.webPreferences?.preload
    if (preload !== undefined) await runPreload(preload, page, this.webContents)
    this.webContents.url = toPageUrl(url)
    await page.goto(this.webContents.url)
    this.emit('ready-to-show')
    this.webContents.emit('did-finish-load')
  }

  show(): void {
    this.emit('show')
  }

  focus(): void {
    this.emit('focus')
  }

  restore(): void {
    this.emit('restore')
  }

  isMinimized(): boolean {
    return false
  }

  isDestroyed(): boolean {
    return false
  }

  isVisible(): boolean {
    return true
  }
}

/** Runs the compiled preload with the few modules a sandboxed one may load, and puts what it exposes into the page. */
async function runPreload(file: string, page: Page, contents: WebContents): Promise<void> {
  const senderOf = () => ({ sender: contents, senderFrame: contents.mainFrame })
  const ipcListeners = new EventEmitter()
  contents.onMessage((channel, args) => ipcListeners.emit(channel, {}, ...args))
  const ipcRenderer = {
    invoke: async (channel: string, ...args: unknown[]) => {
      const handler = invokeHandlers.get(channel)
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
      return structuredClone(await handler(...([senderOf(), ...structuredClone(args)] as never[])))
    },
    send: (channel: string, ...args: unknown[]) => void ipcMain.emit(channel, senderOf(), ...structuredClone(args)),
    on: (channel: string, listener: (...args: unknown[]) => void) => ipcListeners.on(channel, listener),
    removeListener: (channel: string, listener: (...args: unknown[]) => void) => ipcListeners.removeListener(channel, listener),
  }
  const exposed: { readonly key: string; readonly api: Record<string, Handler> }[] = []
  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: (key: string, api: Record<string, Handler>) => void exposed.push({ key, api }) },
    webUtils: { getPathForFile: () => '' },
  }
  const require = (name: string): unknown => {
    if (name === 'electron') return electron
    throw new Error(`A sandboxed preload may not load '${name}'`)
  }
  const module = { exports: {} }
  vm.runInNewContext(`(function (require, module, exports) {${readFileSync(file, 'utf8')}\n})`, { console })(require, module, module.exports)

  for (const { key, api } of exposed) {
    const endings = new Map<number, () => void>()
    await page.exposeFunction(`__standin_${key}_call`, async (name: string, args: unknown[]) => (api[name] as Handler)(...(args as never[])))
    await page.exposeFunction(`__standin_${key}_listen`, (name: string, id: number) => {
      const forward = (...args: unknown[]): void => void page.evaluate(([k, i, a]) => (window as unknown as Record<string, (id: number, args: unknown[]) => void>)[`__standin_${k as string}_deliver`]?.(i as number, a as unknown[]), [key, id, args] as const).catch(() => undefined)
      endings.set(id, (api[name] as Handler)(...([forward] as never[])) as () => void)
    })
    await page.exposeFunction(`__standin_${key}_end`, (id: number) => endings.get(id)?.())
    await page.addInitScript(({ key, names, paths }) => {
      const world = window as unknown as Record<string, (...args: unknown[]) => unknown>
      const listeners = new Map<number, (...args: unknown[]) => void>()
      let next = 1
      world[`__standin_${key}_deliver`] = (id, args) => listeners.get(id as number)?.(...(args as unknown[]))
      const api: Record<string, unknown> = {}
      for (const name of names) {
        api[name] = (...args: unknown[]) => {
          if (args[0] instanceof File) return (paths as Record<string, string>)[args[0].name] ?? ''
          if (typeof args[0] === 'function') {
            const id = next++
            listeners.set(id, args[0] as (...args: unknown[]) => void)
            void world[`__standin_${key}_listen`]?.(name, id)
            return () => {
              listeners.delete(id)
              void world[`__standin_${key}_end`]?.(id)
            }
          }
          return world[`__standin_${key}_call`]?.(name, args)
        }
      }
      Object.defineProperty(window, key, { value: Object.freeze(api) })
    }, { key, names: Object.keys(api), paths: state.paths })
  }
}

class IpcMain extends EventEmitter {
  handle(channel: string, handler: Handler): void {
    if (invokeHandlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    invokeHandlers.set(channel, handler)
  }
}

class App extends EventEmitter {
  readonly isPackaged = false
  readonly commandLine = { appendSwitch: () => undefined }
  name = 'steelyard'
  whenReady = async (): Promise<void> => undefined
  requestSingleInstanceLock = (): boolean => state.singleInstance
  setAsDefaultProtocolClient = (): boolean => true
  disableHardwareAcceleration = (): void => undefined
  enableSandbox = (): void => undefined
  getVersion = (): string => '0.0.0-standin'
  getAppPath = (): string => path.resolve(import.meta.dirname, '..', '..')
  getPath = (name: string): string => process.env['STEELYARD_DATA'] ?? path.join(tmpdir(), `steelyard-standin-${name}`)
  setName = (name: string): void => void (this.name = name)
  quit(): void {
    state.quit = true
    this.emit('will-quit', {})
  }
  exit(): void {
    state.quit = true
  }
}

export const app = new App()
export const ipcMain = new IpcMain()
export const Menu = {
  buildFromTemplate: (template: unknown) => ({ template }),
  setApplicationMenu: (menu: { readonly template: unknown } | null) => void (state.menuTemplate = menu?.template ?? null),
}
export const dialog = {
  async showOpenDialog(...args: unknown[]) {
    state.dialogCalls.push(args.at(-1))
    return state.dialogAnswers.shift() ?? { canceled: true, filePaths: [] }
  },
  async showSaveDialog(...args: unknown[]) {
    state.dialogCalls.push(args.at(-1))
    return state.dialogAnswers.shift() ?? { canceled: true }
  },
  showErrorBox: () => undefined,
}
export const protocol = {
  registerSchemesAsPrivileged: (schemes: unknown[]) => void state.privileged.push(...schemes),
  handle: (scheme: string, handler: (request: Request) => Promise<Response> | Response) => void schemeHandlers.set(scheme, handler),
}
export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: Handler) => void (state.permissionHandler = handler),
    setPermissionCheckHandler: () => undefined,
    webRequest: { onBeforeRequest: () => undefined, onHeadersReceived: () => undefined },
  },
}
export const nativeTheme = { shouldUseDarkColors: true }
export const shell = { openExternal: async (url: string) => void state.opened.push(url), showItemInFolder: (file: string) => void state.opened.push(file) }
/** A store without a system behind it: it turns the bytes over, so that a file with plain text in it is seen. */
export const safeStorage = {
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptString: (text: string) => Buffer.from(text, 'utf8').map((byte) => byte ^ 0x5a),
  decryptString: (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0x5a)).toString('utf8'),
}
export { BrowserWindow }
export default { app, ipcMain, Menu, dialog, protocol, safeStorage, session, nativeTheme, shell, BrowserWindow }

/** What tests look at and steer. */
export const standin = {
  state,
  invokeHandlers,
  async page(): Promise<Page> {
    const deadline = performance.now() + 20_000
    while (state.windows.length === 0 || state.windows[0]?.webContents.url === '') {
      if (performance.now() > deadline) throw new Error('no window was opened within 20 s')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return (state.windows[0] as BrowserWindow).webContents.page
  },
  async dispose(): Promise<void> {
    await state.browser?.close()
    state.server?.close()
  },
}
