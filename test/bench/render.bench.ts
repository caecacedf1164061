/**
 * G4 and G5: 20 000 boxes without a graphics card, beside an empty page and stock React Flow in the same run.
 *
 * Runs are interleaved; every case has a hard limit after which its page is closed. Reports only, never fails by the clock.
 */
import { loadavg } from 'node:os'
import { chromium, type Browser } from 'playwright'
import { measureFrames, type Frames, type Gesture } from './frames.ts'
import { browserOptions, buildPages, servePages } from './pages/build.ts'

const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(process.argv[at + 1])
}
const count = flag('n', 20_000)
const runs = flag('runs', 3)
const stockCount = 300
const caseLimitMs = 30_000
const gestures: readonly Gesture[] = ['pan', 'near', 'zoom']
const viewport = { width: 1600, height: 1000 }

interface Case {
  readonly ready: number
  readonly layout: number
  readonly frames: Readonly<Partial<Record<Gesture, Frames>>>
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
const spread = (values: readonly number[]): string => `${median(values).toFixed(1)} [${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)}]`

async function runCase(browser: Browser, address: string, withFrames: boolean): Promise<Case | null> {
  const page = await browser.newPage({ viewport })
  const limit = setTimeout(() => void page.close(), caseLimitMs)
  try {
    await page.goto(address)
    await page.waitForFunction('window.ready !== undefined', undefined, { timeout: caseLimitMs })
    const { paintMs, layoutMs } = await page.evaluate('window.ready') as { paintMs: number; layoutMs: number }
    const frames: Partial<Record<Gesture, Frames>> = {}
    if (withFrames) {
      for (const gesture of gestures) {
        // Pan moves the whole picture, near moves it at reading size, zoom goes between the two.
        const octaves = (await page.evaluate((kind) => {
          const handle = (window as unknown as { handle?: { current: { fit(): void; focusNode(id: string): void } } }).handle?.current
          const opening = (window as unknown as { opening?: number }).opening
          if (handle === undefined) return 3
          if (kind !== 'near') handle.fit()
          return opening ?? 8
        }, gesture)) as number
        await page.waitForTimeout(700)
        if (gesture === 'near') {
          // From everything to reading size, by the same wheel.
          await page.evaluate(async (steps) => {
            const pane = document.querySelector('.react-flow__pane')
            const box = pane?.getBoundingClientRect()
            for (let k = 0; k < 40 && pane !== null && box !== undefined; k += 1) {
              pane.dispatchEvent(new WheelEvent('wheel', { bubbles: true, cancelable: true, ctrlKey: true, clientX: box.width / 2, clientY: box.height / 2, deltaY: -(steps / 40) * 50 }))
              await new Promise((resolve) => requestAnimationFrame(resolve))
            }
          }, octaves)
          await page.waitForTimeout(500)
        }
        frames[gesture] = await measureFrames(page, gesture, octaves)
        await page.waitForTimeout(300)
      }
    }
    return { ready: paintMs, layout: layoutMs, frames }
  } catch (error) {
    console.log(`  a case ended early: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
    return null
  } finally {
    clearTimeout(limit)
    await page.close().catch(() => undefined)
  }
}

const names = ['empty', 'graph', 'stock']
await buildPages(names)
const server = await servePages(names)
const browser = await chromium.launch(browserOptions)
const results = { empty: [] as Case[], graph: [] as Case[], stock: [] as Case[] }
try {
  for (let run = 0; run < runs; run += 1) {
    const empty = await runCase(browser, `${server.address}/empty.html`, true)
    const ours = await runCase(browser, `${server.address}/graph.html?view=${count}`, true)
    const stock = await runCase(browser, `${server.address}/stock.html?view=${stockCount}`, run === 0)
    if (empty !== null) results.empty.push(empty)
    if (ours !== null) results.graph.push(ours)
    if (stock !== null) results.stock.push(stock)
  }
} finally {
  await browser.close()
  server.close()
}

const of = (cases: readonly Case[], gesture: Gesture, key: keyof Frames): number[] => cases.flatMap((each) => (each.frames[gesture] === undefined ? [] : [each.frames[gesture][key]]))
console.log(`${runs} interleaved runs, ${viewport.width}×${viewport.height}, load ${loadavg().map((value) => value.toFixed(1)).join(' ')}, milliseconds as median [range]`)
for (const gesture of gestures) {
  const empty = of(results.empty, gesture, 'p95')
  const ours = of(results.graph, gesture, 'p95')
  console.log(`${gesture.padEnd(5)} ${count} boxes: frame p50 ${spread(of(results.graph, gesture, 'p50'))}, p95 ${spread(ours)}, ${median(of(results.graph, gesture, 'perSecond')).toFixed(0)} frames/s, longest task ${spread(of(results.graph, gesture, 'longestTask'))} · empty page p95 ${spread(empty)} · ratio ${(median(ours) / median(empty)).toFixed(2)} (goal at most 1.05)`)
  const stock = of(results.stock, gesture, 'p95')
  if (stock.length > 0) console.log(`      stock React Flow, ${stockCount} boxes: p95 ${spread(stock)}, ${median(of(results.stock, gesture, 'perSecond')).toFixed(0)} frames/s`)
}
const ours = results.graph.map((each) => each.ready)
const stock = results.stock.map((each) => each.ready)
console.log(`ready (layout finished → painted) ${count} boxes ${spread(ours)} · stock React Flow ${stockCount} boxes ${spread(stock)} · ratio ${(median(ours) / median(stock)).toFixed(2)} (goal at most 1)`)
console.log(`layout of ${count} boxes in the worker: ${spread(results.graph.map((each) => each.layout))}`)
