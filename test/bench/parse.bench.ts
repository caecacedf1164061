import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileHaproxy } from '#shared/dialects/haproxy/compile/compile.ts'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import { generateHaproxy } from './generate-haproxy.ts'

/**
 * Parse and compile against `haproxy -c` on the same file, run in turns (G9).
 * `node test/bench/parse.bench.ts [--n 1000,10000] [--runs 7]`. Prints figures; never fails by the clock.
 */
const sizes = option('--n', '1000,10000').split(',').map(Number)
const runs = Number(option('--runs', '7'))

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

const folder = mkdtempSync(join(tmpdir(), 'steelyard-parse-'))
try {
  for (const backends of sizes) {
    const text = generateHaproxy({ backends, serversPerBackend: 5 })
    const path = join(folder, `${backends}.cfg`)
    writeFileSync(path, text)
    const parse: number[] = []
    const compile: number[] = []
    const both: number[] = []
    const product: number[] = []
    const cpu: number[] = []
    const productCpu: number[] = []
    const members: number[] = []
    let servers = 0
    for (let run = 0; run <= runs; run += 1) {
      // A fresh, flat string each time, as a file read from disk is.
      const fresh = Buffer.from(run === 0 ? text : `${text}# ${run}\n`).toString('latin1')
      const startCpu = process.cpuUsage()
      const start = performance.now()
      const parsed = parseHaproxy({ path, text: fresh, role: 'config', encoding: 'utf-8' })
      const middle = performance.now()
      const { model } = compileHaproxy([{ file: parsed.tree.file, tree: parsed.tree }], { environment: {}, version: null, sideFiles: new Map() })
      const end = performance.now()
      const used = process.cpuUsage(startCpu)
      servers = model.pools.reduce((sum, pool) => sum + pool.members.length, 0)
      const listed = performance.now()
      const checked = checkWithHaproxy(path)
      if (run === 0) {
        console.log(`${backends} backends, ${servers} servers, ${(text.length / 1e6).toFixed(2)} MB; first run ${(end - start).toFixed(1)} ms`)
        continue
      }
      parse.push(middle - start)
      compile.push(end - middle)
      both.push(end - start)
      members.push(listed - start)
      cpu.push((used.user + used.system) / 1000)
      if (checked !== null) {
        product.push(checked.wallMs)
        productCpu.push(checked.cpuMs)
      }
    }
    console.log(`  parse            ${range(parse)}`)
    console.log(`  compile          ${range(compile)}`)
    console.log(`  parse + compile  ${range(both)}  ${(text.length / 1e3 / median(both)).toFixed(0)} MB/s`)
    console.log(`  and every server object made  ${range(members)}  ${(text.length / 1e3 / median(members)).toFixed(0)} MB/s`)
    if (product.length === 0) console.log('  haproxy -c       not run: there is no haproxy on this machine')
    else {
      console.log(`  haproxy -c       ${range(product)}  ratio 1/${(median(product) / median(both)).toFixed(1)}, with every server object 1/${(median(product) / median(members)).toFixed(1)}`)
      // On a busy machine processor time says more than the clock; ours counts every thread, garbage collection included.
      console.log(`  processor time   ours ${range(cpu)}, haproxy -c ${range(productCpu)}  ratio 1/${(median(productCpu) / median(cpu)).toFixed(1)}`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
