/**
 * G8, second half: from "show these two texts" to the first coloured line in the document, our difference against
 * Monaco's own, interleaved. Creating the texts is not counted; our worker's time is.
 * Of very many changes ours decorates the first screen ahead of the rest, so the time until the editor knows all of them
 * (and has painted a frame) stands beside it. Reports only, never fails by the clock.
 */
import { loadavg } from 'node:os'
import { chromium, type Browser } from 'playwright'
import { browserOptions, buildPages, servePages } from './pages/build.ts'

const caseLimitMs = 25_000
const cases = [{ lines: 1_000, edits: 100, runs: 5 }, { lines: 10_000, edits: 100, runs: 5 }, { lines: 100_000, edits: 5_000, runs: 7 }]
const only = process.argv.indexOf('--lines')
const wanted = only === -1 ? cases : cases.filter((each) => each.lines === Number(process.argv[only + 1]))

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
const spread = (values: readonly number[]): string => `${median(values).toFixed(0)} [${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}]`

interface Measured {
  readonly first: number
  readonly all: number
  readonly longestTask: number
}

/** Milliseconds until the first decoration, and the longest busy stretch of the page meanwhile. */
async function measure(browser: Browser, address: string, edits: number): Promise<Measured | null> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 800 } })
  const limit = setTimeout(() => void page.close(), caseLimitMs)
  try {
    await page.goto(address)
    await page.waitForFunction('window.ready === true')
    await page.waitForTimeout(600)
    return await page.evaluate((least) => new Promise<Measured>((resolve) => {
      let longestTask = 0
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) longestTask = Math.max(longestTask, entry.duration) }).observe({ entryTypes: ['longtask'] })
      const started = performance.now()
      const seen = new MutationObserver(() => {
        if (document.querySelector('.line-insert, .line-delete, .char-insert, .char-delete') === null) return
        seen.disconnect()
        const first = performance.now() - started
        const look = (): void => {
          if ((window as unknown as { changes(): number }).changes() < least) return void requestAnimationFrame(look)
          requestAnimationFrame(() => setTimeout(() => {
            const all = performance.now() - started
            setTimeout(() => resolve({ first, all, longestTask }), 200)
          }, 0))
        }
        look()
      })
      seen.observe(document.body, { childList: true, subtree: true, attributes: true })
      ;(window as unknown as { show(): void }).show()
    }), edits * 0.8)
  } catch (error) {
    console.log(`  a case ended early: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`)
    return null
  } finally {
    clearTimeout(limit)
    await page.close().catch(() => undefined)
  }
}

const names = ['editor', 'monaco-stock']
await buildPages(names)
const server = await servePages(names)
const browser = await chromium.launch(browserOptions)
try {
  for (const { lines, edits, runs } of wanted) {
    const ours: Measured[] = []
    const stock: Measured[] = []
    for (let run = 0; run < runs; run += 1) {
      const query = `lines=${lines}&edits=${edits}`
      const a = await measure(browser, `${server.address}/editor.html?wait&${query}`, edits)
      const b = await measure(browser, `${server.address}/monaco-stock.html?${query}`, edits)
      if (a !== null) ours.push(a)
      if (b !== null) stock.push(b)
    }
    const first = (list: readonly Measured[]): number[] => list.map((each) => each.first)
    console.log(`${lines} lines, ${edits} edits: ours ${spread(first(ours))} ms, all ${spread(ours.map((each) => each.all))}, longest task ${spread(ours.map((each) => each.longestTask))} · stock advanced ${spread(first(stock))} ms, all ${spread(stock.map((each) => each.all))}, longest task ${spread(stock.map((each) => each.longestTask))} · ratio ${(median(first(ours)) / median(first(stock))).toFixed(2)}${lines === 100_000 ? ' (goal at most 0.20)' : ''}`)
  }
} finally {
  await browser.close()
  server.close()
}
console.log(`load ${loadavg().map((value) => value.toFixed(1)).join(' ')}`)
