/**
 * G6 and G7: every weight updated ten times a second on 5 000 boxes while panning, and motion on more than 1 000 edges,
 * each beside stock React Flow in the same run. Runs are interleaved; reports only, never fails by the clock.
 */
import { loadavg } from 'node:os'
import { chromium, type Browser, type Page } from 'playwright'
import { measureFrames, type Frames } from './frames.ts'
import { browserOptions, buildPages, servePages } from './pages/build.ts'

const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(process.argv[at + 1])
}
const boxes = flag('n', 5000)
const moving = flag('moving', 1500)
const runs = flag('runs', 3)
const stockBoxes = 1000
const caseLimitMs = 60_000
const viewport = { width: 1600, height: 1000 }

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
const spread = (values: readonly number[]): string => `${median(values).toFixed(1)} [${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)}]`

async function withPage<Value>(browser: Browser, address: string, measure: (page: Page) => Promise<Value>): Promise<Value | null> {
  const page = await browser.newPage({ viewport })
  const limit = setTimeout(() => void page.close(), caseLimitMs)
  try {
    await page.goto(address)
    await page.waitForFunction('window.ready !== undefined', undefined, { timeout: caseLimitMs })
    await page.evaluate('window.handle?.current.fit()')
    await page.waitForTimeout(800)
    return await measure(page)
  } catch (error) {
    console.log(`  a case ended early: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
    return null
  } finally {
    clearTimeout(limit)
    await page.close().catch(() => undefined)
  }
}

interface Updated extends Frames {
  readonly updates: number
  /** Time of one update on the main thread until it is handed over, milliseconds. */
  readonly cost: number
  /** Drawings of all boxes with new numbers that were begun; of React Flow every update is one. */
  readonly drawn: number
}

/** Pans for two seconds while every weight changes ten times a second. */
async function whileUpdating(page: Page, ours: boolean): Promise<Updated> {
  await page.evaluate((isOurs) => {
    const host = window as unknown as { setWeights(tick: number): void; setLive(marks: unknown): void; marksAt(tick: number): unknown; updates: number; cost: number; drawn: number; timer: unknown }
    const sets = isOurs ? Array.from({ length: 12 }, (_, tick) => host.marksAt(tick)) : []
    host.updates = 0
    host.cost = 0
    host.drawn = 0
    // A drawing is made aside, on a canvas that is not in the page and is wiped first.
    const wipe = CanvasRenderingContext2D.prototype.clearRect
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
      if (!this.canvas.isConnected) host.drawn += 1
      wipe.apply(this, area)
    }
    host.timer = setInterval(() => {
      const start = performance.now()
      if (isOurs) host.setLive(sets[host.updates % sets.length])
      else host.setWeights(host.updates)
      host.updates += 1
      setTimeout(() => { host.cost += performance.now() - start }, 0)
    }, 100)
  }, ours)
  const frames = await measureFrames(page, 'pan', 3)
  const { updates, cost, drawn } = await page.evaluate('clearInterval(window.timer), { updates: window.updates, cost: window.cost, drawn: window.drawn }') as { updates: number; cost: number; drawn: number }
  return { ...frames, updates, cost: cost / Math.max(1, updates), drawn: ours ? drawn : updates }
}

interface Idle {
  readonly perSecond: number
  readonly p95: number
  /** Frames a second in which dots were drawn; of React Flow every frame counts. */
  readonly drawn: number
  readonly edges: number
}

async function whileMoving(page: Page): Promise<Idle> {
  return page.evaluate(async () => {
    const canvas = document.querySelector<HTMLCanvasElement>('.topology-flow')
    const context = canvas?.getContext('2d') ?? null
    let dots = 0
    if (context !== null) {
      const draw = context.fillRect.bind(context)
      context.fillRect = (x, y, w, h) => {
        dots += 1
        draw(x, y, w, h)
      }
    }
    const times: number[] = []
    let drawn = 0
    await new Promise<void>((resolve) => {
      const step = (now: number): void => {
        times.push(now)
        if (dots > 0 || context === null) drawn += 1
        dots = 0
        if (now - (times[0] ?? now) > 3000) resolve()
        else requestAnimationFrame(step)
      }
      requestAnimationFrame(step)
    })
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0)).sort((a, b) => a - b)
    const seconds = ((times[times.length - 1] ?? 0) - (times[0] ?? 0)) / 1000
    const view = (window as unknown as { view?: { edges: readonly unknown[] } }).view
    return { perSecond: gaps.length / seconds, p95: gaps[Math.floor(gaps.length * 0.95)] ?? 0, drawn: drawn / seconds, edges: view?.edges.length ?? document.querySelectorAll('.react-flow__edge').length }
  })
}

const names = ['empty', 'graph', 'stock']
await buildPages(names)
const server = await servePages(names)
const browser = await chromium.launch(browserOptions)
const updating = { ours: [] as Updated[], stock: [] as Updated[] }
/** A page with nothing on it under the same gesture: what this machine gives at all. */
const nothing: Frames[] = []
const idle = { ours: [] as Idle[], stock: [] as Idle[] }
const keep = <Value>(list: Value[], value: Value | null): void => { if (value !== null) list.push(value) }
try {
  for (let run = 0; run < runs; run += 1) {
    keep(updating.ours, await withPage(browser, `${server.address}/graph.html?view=${boxes}&live=1&still=1`, (page) => whileUpdating(page, true)))
    keep(nothing, await withPage(browser, `${server.address}/empty.html`, (page) => measureFrames(page, 'pan', 3)))
    keep(updating.stock, await withPage(browser, `${server.address}/stock.html?view=${stockBoxes}`, (page) => whileUpdating(page, false)))
    keep(idle.ours, await withPage(browser, `${server.address}/graph.html?view=${moving}&live=1`, whileMoving))
    keep(idle.stock, await withPage(browser, `${server.address}/stock.html?view=${moving}&animated=1`, whileMoving))
  }
} finally {
  await browser.close()
  server.close()
}

console.log(`${runs} interleaved runs, ${viewport.width}×${viewport.height}, load ${loadavg().map((value) => value.toFixed(1)).join(' ')}, milliseconds as median [range]`)
const figure = (list: readonly Updated[], key: keyof Updated): string => spread(list.map((each) => each[key]))
console.log(`G6 pan with 10 updates/s, ${boxes} boxes: frame p50 ${figure(updating.ours, 'p50')}, p95 ${figure(updating.ours, 'p95')} (goal at most 16.8), ${figure(updating.ours, 'perSecond')} frames/s, longest task ${figure(updating.ours, 'longestTask')}, one update ${figure(updating.ours, 'cost')}, ${figure(updating.ours, 'updates')} updates, ${figure(updating.ours, 'drawn')} of them drawn`)
console.log(`   an empty page: p95 ${spread(nothing.map((each) => each.p95))}, ${spread(nothing.map((each) => each.perSecond))} frames/s`)
console.log(`   stock React Flow, ${stockBoxes} boxes: p95 ${figure(updating.stock, 'p95')}, ${figure(updating.stock, 'perSecond')} frames/s, one update ${figure(updating.stock, 'cost')}, ${figure(updating.stock, 'updates')} updates`)
console.log(`   ratio of frames/s ${(median(updating.ours.map((each) => each.perSecond)) / median(updating.stock.map((each) => each.perSecond))).toFixed(1)} (goal at least 3)`)
console.log(`G7 motion on ${idle.ours[0]?.edges ?? 0} edges: ${spread(idle.ours.map((each) => each.drawn))} frames/s with moved dots of ${spread(idle.ours.map((each) => each.perSecond))}, p95 ${spread(idle.ours.map((each) => each.p95))}`)
console.log(`   stock React Flow animated, ${idle.stock[0]?.edges ?? 0} edges: ${spread(idle.stock.map((each) => each.perSecond))} frames/s, p95 ${spread(idle.stock.map((each) => each.p95))}`)
console.log(`   ratio of frames/s ${(median(idle.ours.map((each) => each.drawn)) / median(idle.stock.map((each) => each.perSecond))).toFixed(1)} (goal at least 5)`)
