import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, expect, type Page } from 'playwright/test'

export const root = path.join(import.meta.dirname, '..', '..')
/** What `npm start` and the installed command run. */
const command = path.join(root, 'build', 'cli', 'steelyard.js')
export const sample = (side: 'before' | 'after'): string => path.join(root, 'assets', 'sample-incident', side, 'haproxy.cfg')

/** A running `steelyard serve` with data and files of its own. */
export interface App {
  /** Folder that belongs to this test alone. */
  readonly folder: string
  /** Opens the app in `page`, with `files` named on the command line. */
  readonly open: (page: Page, files?: readonly string[]) => Promise<void>
}

interface Fixtures {
  readonly app: App
  /** Everything the page complained about; a test that ends with something in it fails. */
  readonly complaints: string[]
}

export const test = base.extend<Fixtures>({
  // Asks for `app`, so that it ends before the server does: a stream that breaks then is no complaint.
  complaints: [async ({ page, app }, use, testInfo) => {
    expect(app.folder).not.toBe('')
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(`${error.message}\n${error.stack ?? ''}`))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await use(complaints)
    // Where a story fails far from here, its output is all there is.
    if (testInfo.status !== testInfo.expectedStatus) console.log(`The window says:\n${await visibleWords(page)}`)
    expect(complaints).toEqual([])
  }, { auto: true }],
  // Playwright reads the names of the fixtures it must make from this pattern; this one needs none.
  app: async ({}, use) => {
    if (![command, path.join(root, 'build', 'renderer', 'index.html')].every((file) => existsSync(file))) throw new Error('The app is not built: run "npm run build" first.')
    const folder = await mkdtemp(path.join(tmpdir(), 'steelyard-e2e-'))
    const running: ChildProcess[] = []
    await use({
      folder,
      async open(page, files = []) {
        const { address, child } = await serve(folder, files)
        running.push(child)
        if (slowestMs > 0) await page.addInitScript(slowAnswers, slowestMs)
        await page.goto(address)
        await expect(page.getByRole('main')).toBeVisible()
      },
    })
    await Promise.all(running.map((child) => new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
    })))
    await rm(folder, { recursive: true, force: true })
  },
})

/** What the shell says around the workspace: sides, what is being computed, notices, failures and dialogs. */
async function visibleWords(page: Page): Promise<string> {
  const parts = await page.locator('header, .status, .notice, .failure, .load-problem, [role=dialog], .drop-zone').allInnerTexts().catch((error: unknown) => [String(error)])
  return parts.map((part) => `  ${part.replaceAll('\n', ' | ')}`).join('\n')
}

/** `STEELYARD_SLOW_ANSWERS=400` keeps each question and each answer back for up to 400 ms by chance: a story that then fails hangs on who is first. */
const slowestMs = Number(process.env['STEELYARD_SLOW_ANSWERS'] ?? 0)

function slowAnswers(mostMs: number): void {
  const { fetch } = window
  const wait = (): Promise<void> => new Promise((done) => setTimeout(done, Math.random() * mostMs))
  window.fetch = async (input, init) => {
    if (typeof input !== 'string' || !input.startsWith('rpc/')) return fetch(input, init)
    // A save is on its way before the page can be left.
    if (!input.startsWith('rpc/app.save')) await wait()
    const response = await fetch(input, init)
    await wait()
    return response
  }
  // Messages of the stream come late, in their order, and so after answers that they came before.
  const listen = EventSource.prototype.addEventListener
  Object.assign(EventSource.prototype, {
    addEventListener(this: EventSource, name: string, listener: (event: Event) => void) {
      listen.call(this, name, (event: Event) => void setTimeout(() => listener(event), mostMs / 2))
    },
  })
}

function serve(folder: string, files: readonly string[]): Promise<{ readonly address: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [command, 'serve', '--quiet', ...files], { cwd: root, env: { ...process.env, STEELYARD_DATA: path.join(folder, 'data') }, stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let out = ''
    let err = ''
    const timer = setTimeout(() => reject(new Error(`No address within 30 s: ${out}${err}`)), 30_000)
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      const address = /http:\S+/.exec(out)?.[0]
      if (address === undefined) return
      clearTimeout(timer)
      resolve({ address, child })
    })
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`serve ended with ${code}: ${err}`))
    })
  })
}

/** Copies of the sample incident under names of their own. */
export async function copySample(folder: string): Promise<{ readonly before: string; readonly after: string }> {
  const before = path.join(folder, 'known.cfg')
  const after = path.join(folder, 'candidate.cfg')
  await cp(sample('before'), before)
  await cp(sample('after'), after)
  return { before, after }
}

export async function replaceInFile(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  expect(text).toContain(from)
  await writeFile(file, text.replace(from, to))
}

interface DropManner {
  /** Where; the picture unless told. */
  readonly x?: number
  readonly y?: number
  /** Happens between the last move of the mouse and the drop. */
  readonly whileOver?: () => Promise<void>
}

/** A real drop of files from the system, in the order given. */
export async function dropFiles(page: Page, files: readonly string[], { x = 640, y = 300, whileOver }: DropManner = {}): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  const drag = async (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<void> => { await session.send('Input.dispatchDragEvent', { type, x, y, data }) }
  await drag('dragEnter')
  await drag('dragOver')
  // The browser opens a file by itself where the page has not said yet that it takes it, as a busy page may not have.
  await expect(page.locator('.drop-zone')).toBeVisible()
  await drag('dragOver')
  await whileOver?.()
  await drag('drop')
  await session.detach()
}

/** The picture stands and nothing is being computed. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('.picture canvas').first()).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('contentinfo')).toContainText('analysed in')
}

/** Fills in the source of the Live workspace, which is open, and waits for the first answer. */
export async function watchBalancer(page: Page, source: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Source' }).fill(source)
  await page.getByRole('button', { name: 'Watch', exact: true }).click()
  await expect(page.getByRole('complementary', { name: 'Alerts' })).toBeVisible({ timeout: 20_000 })
}

export { expect }
