import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { haproxy } from '#shared/dialects/haproxy/index.ts'
import { nginx } from '#shared/dialects/nginx/index.ts'
import { memberCount } from '#shared/model/pool.ts'
import type { Dialect, Parsed } from '#shared/dialects/dialect.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { generateHaproxy } from './generate-haproxy.ts'
import { generateNginx } from './generate-nginx.ts'

/**
 * Parse and compile against the product's own check of the same file (`haproxy -c`, `nginx -t`), run in turns (G9).
 * `node test/bench/parse.bench.ts [--n 1000,10000] [--product haproxy,nginx] [--runs 7] [--checks 7]`. Prints figures; never
 * fails by the clock. The first run of the first size is a cold start. `--checks`: how many of the runs are followed by the
 * product. For 50 000 backends haproxy needs most of a minute and nginx several, so ask for `--n 50000 --checks 1`.
 */
const sizes = option('--n', '1000,10000').split(',').map(Number)
const products = option('--product', 'haproxy,nginx').split(',')
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

/** A product, and configs with `backends` pools of five servers that it is asked about. */
interface Subject {
  readonly dialect: Dialect
  /** How people write the check. */
  readonly check: string
  /** For a shell; `$1`: the file. */
  readonly command: string
  generate(backends: number): string
  /** Asks for what is only spelled out on demand; gives the number of servers and steps. */
  readAll(model: RoutingModel): number
}

const subjects: readonly Subject[] = [
  {
    dialect: haproxy as Dialect, check: 'haproxy -c', command: 'command -v haproxy >/dev/null || exit 0; haproxy -c -q -f "$1"; times',
    generate: (backends) => generateHaproxy({ backends, serversPerBackend: 5 }),
    readAll: (model) => model.pools.reduce((sum, pool) => sum + pool.members.length, 0),
  },
  {
    dialect: nginx as Dialect, check: 'nginx -t', command: 'PATH="$PATH:/usr/sbin"; command -v nginx >/dev/null || exit 0; nginx -t -q -c "$1"; times',
    generate: (upstreams) => generateNginx({ upstreams, serversPerUpstream: 5 }),
    readAll: (model) => model.pools.reduce((sum, pool) => sum + pool.members.length, 0) + [...model.scopes.values()].reduce((sum, scope) => sum + scope.steps.length, 0),
  },
]

/** Null: the product is not here. The shell reports the processor time of its child. */
function checkWithProduct({ command }: Subject, path: string): Checked | null {
  const start = performance.now()
  const output = execFileSync('sh', ['-c', command, 'sh', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
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

/** One run; `whole` also asks for everything that is made on demand. Processor time counts every thread, garbage collection included. */
function measure({ dialect, readAll }: Subject, path: string, text: string, run: number, whole: boolean): Checked & { readonly parseMs: number; readonly servers: number } {
  // A fresh, flat string each time, as a file read from disk is.
  const fresh = Buffer.from(`${text}# ${run}\n`).toString('latin1')
  const file = { path, text: fresh, role: 'config', encoding: 'utf-8' } as const
  const startCpu = process.cpuUsage()
  const start = performance.now()
  const parsed: Parsed<unknown> = { file, tree: dialect.parse(file).tree }
  const parseMs = performance.now() - start
  const { model } = dialect.compile([parsed], { environment: {}, version: null, sideFiles: new Map() })
  if (whole) readAll(model)
  const servers = model.pools.reduce((sum, pool) => sum + memberCount(pool), 0)
  const wallMs = performance.now() - start
  const used = process.cpuUsage(startCpu)
  return { parseMs, wallMs, cpuMs: (used.user + used.system) / 1000, servers }
}

/** On a busy machine the ratio of processor times says more than that of the clock. */
function print(title: string, length: number, ours: Figures, product: Figures, check: string): void {
  const speed = `${(length / 1e3 / median(ours.wallMs)).toFixed(0)} MB/s`
  const ratio = (kind: keyof Figures): string => (product[kind].length === 0 ? '' : `, 1/${(median(product[kind]) / median(ours[kind])).toFixed(1)} of ${check}`)
  console.log(`  ${title}${range(ours.wallMs)}, ${speed}${ratio('wallMs')}; processor time ${range(ours.cpuMs)}${ratio('cpuMs')}`)
}

function run(subject: Subject, folder: string, backends: number): void {
  const { dialect, check } = subject
  const text = subject.generate(backends)
  const path = join(folder, `${backends}-${dialect.id}.conf`)
  writeFileSync(path, text)
  const parse: number[] = []
  const compile: number[] = []
  const lazy: Figures = { wallMs: [], cpuMs: [] }
  const whole: Figures = { wallMs: [], cpuMs: [] }
  const product: Figures = { wallMs: [], cpuMs: [] }
  for (let number = 1 - warmUps; number <= runs; number += 1) {
    const once = measure(subject, path, text, number, false)
    if (number === 1 - warmUps) {
      console.log(`${dialect.product}: ${backends} backends, ${once.servers} servers, ${(text.length / 1e6).toFixed(2)} MB; first run ${once.wallMs.toFixed(1)} ms, processor time ${once.cpuMs.toFixed(1)} ms`)
    }
    if (number <= 0) continue
    parse.push(once.parseMs)
    compile.push(once.wallMs - once.parseMs)
    add(lazy, once)
    const checked = number <= checks ? checkWithProduct(subject, path) : null
    if (checked !== null) add(product, checked)
  }
  // Runs of their own: the garbage of a hundred thousand server objects must not be swept in the runs above.
  for (let number = 1 - warmUps; number <= runs; number += 1) {
    const once = measure(subject, path, text, number, true)
    if (number > 0) add(whole, once)
  }
  console.log(`  parse            ${range(parse)}`)
  console.log(`  compile          ${range(compile)}`)
  print('parse + compile  ', text.length, lazy, product, check)
  print('and all on demand', text.length, whole, product, check)
  if (product.wallMs.length === 0) console.log(`  ${check.padEnd(17)}not run`)
  else console.log(`  ${check.padEnd(17)}${range(product.wallMs)}, processor time ${range(product.cpuMs)}`)
}

const folder = mkdtempSync(join(tmpdir(), 'steelyard-parse-'))
try {
  for (const subject of subjects) if (products.includes(subject.dialect.id)) for (const backends of sizes) run(subject, folder, backends)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
