import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileHaproxy } from '#shared/dialects/haproxy/compile/compile.ts'
import { memberCount } from '#shared/model/pool.ts'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import { generateHaproxy } from './generate-haproxy.ts'

/**
 * Parse and compile against `haproxy -c` on the same file, run in turns (G9).
 * `node test/bench/parse.bench.ts [--n 1000,10000] [--runs 7] [--checks 7]`. Prints figures; never fails by the clock.
 * The first run of the first size is a cold start. `--checks`: how many of the runs are followed by the product, which needs
 * most of a minute for 50 000 backends.
 */
const sizes = option('--n', '1000,10000').split(',').map(Number)
const runs = Number(option('--runs', '7'))
const checks = Number(option('--checks', String(runs)))
/** Runs that are not counted, so that every size is measured in the same state. */
const warmUps = 3

function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(name)
  return at === -1 ? otherwise : (process.argv[at + 1] ?? otherwise)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

function range(values: readonly number[]): string {
  return `${median(values).toFixed(1)} ms [${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)}]`
}

interface Checked {
  readonly wallMs: number
  readonly cpuMs: number
}

/** Null: there is no haproxy here. The shell reports the processor time of its child. */
function checkWithHaproxy(path: string): Checked | null {
  const start = performance.now()
  const output = execFileSync('sh', ['-c', 'command -v haproxy >/dev/null || exit 0; haproxy -c -q -f "$1"; times', 'sh', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const wallMs = performance.now() - start
  const child = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/.exec(output.trim().split('\n').at(-1) ?? '')
  if (child === null) return null
  return { wallMs, cpuMs: (Number(child[1]) * 60 + Number(child[2]) + Number(child[3]) * 60 + Number(child[4])) * 1000 }
}

interface Figures {
  readonly wallMs: number[]
  readonly cpuMs: number[]
}

function add(figures: Figures, one: Checked): void {
  figures.wallMs.push(one.wallMs)
  figures.cpuMs.push(one.cpuMs)
}

/** One run; `withServers` also asks every pool for its servers. Processor time counts every thread, garbage collection included. */
function measure(path: string, text: string, run: number, withServers: boolean): Checked & { readonly parseMs: number; readonly servers: number } {
  // A fresh, flat string each time, as a file read from disk is.
  const fresh = Buffer.from(`${text}# ${run}\n`).toString('latin1')
  const startCpu = process.cpuUsage()
  const start = performance.now()
  const parsed = parseHaproxy({ path, text: fresh, role: 'config', encoding: 'utf-8' })
  const parseMs = performance.now() - start
  const { model } = compileHaproxy([{ file: parsed.tree.file, tree: parsed.tree }], { environment: {}, version: null, sideFiles: new Map() })
  const servers = model.pools.reduce((sum, pool) => sum + (withServers ? pool.members.length : memberCount(pool)), 0)
  const wallMs = performance.now() - start
  const used = process.cpuUsage(startCpu)
  return { parseMs, wallMs, cpuMs: (used.user + used.system) / 1000, servers }
}

/** On a busy machine the ratio of processor times says more than that of the clock. */
function print(title: string, length: number, ours: Figures, product: Figures): void {
  const speed = `${(length / 1e3 / median(ours.wallMs)).toFixed(0)} MB/s`
  const ratio = (kind: keyof Figures): string => (product[kind].length === 0 ? '' : `, 1/${(median(product[kind]) / median(ours[kind])).toFixed(1)} of haproxy -c`)
  console.log(`  ${title}${range(ours.wallMs)}, ${speed}${ratio('wallMs')}; processor time ${range(ours.cpuMs)}${ratio('cpuMs')}`)
}

const folder = mkdtempSync(join(tmpdir(), 'steelyard-parse-'))
try {
  for (const backends of sizes) {
    const text = generateHaproxy({ backends, serversPerBackend: 5 })
    const path = join(folder, `${backends}.cfg`)
    writeFileSync(path, text)
    const parse: number[] = []
    const compile: number[] = []
    const lazy: Figures = { wallMs: [], cpuMs: [] }
    const whole: Figures = { wallMs: [], cpuMs: [] }
    const product: Figures = { wallMs: [], cpuMs: [] }
    for (let run = 1 - warmUps; run <= runs; run += 1) {
      const once = measure(path, text, run, false)
      if (run === 1 - warmUps) {
        console.log(`${backends} backends, ${once.servers} servers, ${(text.length / 1e6).toFixed(2)} MB; first run ${once.wallMs.toFixed(1)} ms, processor time ${once.cpuMs.toFixed(1)} ms`)
      }
      if (run <= 0) continue
      parse.push(once.parseMs)
      compile.push(once.wallMs - once.parseMs)
      add(lazy, once)
      const checked = run <= checks ? checkWithHaproxy(path) : null
      if (checked !== null) add(product, checked)
    }
    // Runs of their own: the garbage of a hundred thousand server objects must not be swept in the runs above.
    for (let run = 1 - warmUps; run <= runs; run += 1) {
      const once = measure(path, text, run, true)
      if (run > 0) add(whole, once)
    }
    console.log(`  parse            ${range(parse)}`)
    console.log(`  compile          ${range(compile)}`)
    print('parse + compile  ', text.length, lazy, product)
    print('and every server ', text.length, whole, product)
    if (product.wallMs.length === 0) console.log('  haproxy -c       not run')
    else console.log(`  haproxy -c       ${range(product.wallMs)}, processor time ${range(product.cpuMs)}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
