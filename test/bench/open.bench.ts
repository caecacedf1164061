import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright'
import { generateHaproxy } from './generate-haproxy.ts'
import { describe, figure, median, readFlags } from './measure.ts'

/**
 * From opening a file to its picture, through the real app (localhost host, engine thread, Chromium), against
 * `haproxy -c` on the same file by turns (goal G14), and the longest piece of work that held the window's thread.
 *
 * A second run records the window's tasks with their processor time, because on a busy machine a task also lasts while
 * the thread waits for its turn. The server's processor time is what the whole engine process had used when the picture stood.
 *
 * Flags: `--n 1000,50000` backends of five servers, `--repetitions 5` (one for 20 000 and more), `--native-up-to 20000`:
 * largest n for which the real server runs too (at 50 000 it takes minutes, see parse.bench.ts).
 */
const projectRoot = path.resolve(import.meta.dirname, '..', '..')
const app = path.join(projectRoot, 'build', 'cli', 'steelyard.js')
const browserArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Watched after the picture: text, editor and findings come then. */
const followMs = 4000

interface Opened {
  readonly fromLoadMs: number
  readonly fromNavigationMs: number
  readonly longestTaskMs: number
  readonly tasksOver100: number
  readonly engineCpuMs: number | null
  readonly nodes: string
}

function serve(file: string, data: string): Promise<{ readonly address: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [app, 'serve', file], { env: { ...process.env, STEELYARD_DATA: data }, stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /http:\/\/127\.0\.0\.1:\S+/.exec(said)?.[0]
      if (address !== undefined) resolve({ address, child })
    })
    child.on('exit', (code) => reject(new Error(`serve ended with ${String(code)}: ${said}`)))
  })
}

async function openOnce(file: string, limitMs: number): Promise<Opened> {
  const data = mkdtempSync(path.join(tmpdir(), 'steelyard-open-'))
  const { address, child } = await serve(file, data)
  const browser = await chromium.launch({ executablePath: process.env['STEELYARD_CHROMIUM'] || '/usr/bin/chromium', args: browserArguments })
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } })
    await page.addInitScript(() => {
      const seen = { load: -1, picture: -1, tasks: [] as number[] }
      ;(window as unknown as { seen: typeof seen }).seen = seen
      const original = window.fetch
      window.fetch = (...parts) => {
        if (seen.load < 0 && String(parts[0]).includes('config.load')) seen.load = performance.now()
        return original(...parts)
      }
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.tasks.push(entry.duration)
      }).observe({ type: 'longtask', buffered: true })
      const look = (): void => {
        if (seen.picture < 0 && document.querySelector('[data-painted]') !== null) {
          requestAnimationFrame(() => {
            seen.picture = performance.now()
          })
        } else if (seen.picture < 0) requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
    await page.goto(address)
    await page.waitForFunction(() => (window as unknown as { seen: { picture: number } }).seen.picture >= 0, undefined, { timeout: limitMs, polling: 100 })
    const engineCpuMs = cpuOf(child.pid)
    // What follows the picture (text, checks) must not hold the window either.
    await page.waitForTimeout(followMs)
    const seen = await page.evaluate(() => (window as unknown as { seen: { load: number; picture: number; tasks: number[] } }).seen)
    const nodes = await page.evaluate(() => document.querySelectorAll('[data-box]').length)
    return {
      fromLoadMs: seen.picture - seen.load, fromNavigationMs: seen.picture, longestTaskMs: Math.max(0, ...seen.tasks),
      tasksOver100: seen.tasks.filter((task) => task > 100).length, engineCpuMs, nodes: `${nodes} boxes mounted`,
    }
  } finally {
    await browser.close()
    child.removeAllListeners('exit')
    child.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
}

/** User and system time of a process so far; null where the system does not tell. Source: proc(5), fields 14 and 15 in hundredths. */
function cpuOf(pid: number | undefined): number | null {
  const file = `/proc/${String(pid)}/stat`
  if (!existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } }
}

/** The window's longest task by processor time, milliseconds, while a file is opened. */
async function longestTaskCpu(file: string, limitMs: number): Promise<number> {
  const data = mkdtempSync(path.join(tmpdir(), 'steelyard-open-'))
  const { address, child } = await serve(file, data)
  const browser = await chromium.launch({ executablePath: process.env['STEELYARD_CHROMIUM'] || '/usr/bin/chromium', args: browserArguments })
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } })
    await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
    await page.goto(address)
    await page.waitForSelector('[data-painted]', { timeout: limitMs, state: 'attached' })
    await page.waitForTimeout(followMs)
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] }
    // The browser has pages of its own; ours is the one that runs code from our address.
    const ours = new Set(traceEvents.filter((event) => event.args?.data?.url?.startsWith(new URL(address).origin) === true).map((event) => event.pid))
    const windows = new Set(traceEvents.filter((event) => event.name === 'thread_name' && event.args?.name === 'CrRendererMain' && ours.has(event.pid)).map((event) => event.tid))
    const tasks = traceEvents.filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && ours.has(event.pid) && windows.has(event.tid))
    if (tasks.length === 0) throw new Error('the trace holds no task of a window')
    return tasks.reduce((longest, task) => Math.max(longest, (task.tdur ?? 0) / 1000), 0)
  } finally {
    await browser.close()
    child.removeAllListeners('exit')
    child.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
  }
}

if (!existsSync(app)) throw new Error('build/cli is missing: run "npm run build" first')
const flags = readFlags()
for (const backends of flags.numbers('n', [1000, 50_000])) {
  const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-open-config-'))
  const file = path.join(folder, 'haproxy.cfg')
  const text = generateHaproxy({ backends, serversPerBackend: 5 })
  writeFileSync(file, text)
  const repetitions = backends >= 20_000 ? 1 : flags.number('repetitions', 5)
  const opened: Opened[] = []
  const native: number[] = []
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    if (backends <= flags.number('native-up-to', 20_000)) {
      const started = performance.now()
      const checked = spawnSync('haproxy', ['-c', '-q', '-f', file], { timeout: 240_000 })
      if (checked.status === 0) native.push(performance.now() - started)
    }
    opened.push(await openOnce(file, 240_000))
  }
  console.log(`${backends} backends, ${backends * 5} servers, ${(text.length / 1e6).toFixed(1)} MB, load average ${loadavg()[0]?.toFixed(1)}`)
  console.log(`  load called → picture      ${describe(opened.map((one) => one.fromLoadMs))}`)
  console.log(`  page opened → picture      ${describe(opened.map((one) => one.fromNavigationMs))}  (${opened[0]?.nodes ?? ''})`)
  console.log(`  longest task of the window ${figure(Math.max(...opened.map((one) => one.longestTaskMs)))} ms, ${Math.max(...opened.map((one) => one.tasksOver100))} over 100 ms`)
  console.log(`    … by processor time      ${figure(await longestTaskCpu(file, 240_000))} ms`)
  const cpu = opened.flatMap((one) => (one.engineCpuMs === null ? [] : [one.engineCpuMs]))
  if (cpu.length > 0) console.log(`  processor time of the server until the picture ${describe(cpu)}`)
  if (native.length > 0) console.log(`  haproxy -c                 ${describe(native)}  ratio ${(median(opened.map((one) => one.fromLoadMs)) / median(native)).toFixed(2)}`)
  else console.log('  haproxy -c did not run: no ratio')
  rmSync(folder, { recursive: true, force: true })
}
