import { findShadowing } from '#shared/analyses/shadowing/index.ts'
import { runChecks } from '#shared/analyses/checks/index.ts'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { compileHaproxy } from '#shared/dialects/haproxy/compile/compile.ts'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { describe, figure, load, median, readFlags, verdict } from './measure.ts'

/**
 * Dead rules, hidden values and overlaps of one config, against parsing and compiling the same text.
 * `node test/bench/shadowing.bench.ts [--n 1000,10000] [--runs 3]`. Prints figures; never fails by the clock.
 */
const flags = readFlags()
const sizes = flags.numbers('n', [1000, 10_000])
const runs = flags.number('runs', 3)
/** Targets of the reference for dead rules alone, in milliseconds. */
const targets: Readonly<Record<number, number>> = { 1000: 150, 10_000: 700, 50_000: 4000 }

/** Rules of many hosts, as virtual hosting has them; about one in six is covered by those in front of it. */
function generate(count: number): string {
  const random = seededRandom(5)
  const rules: string[] = []
  for (let host = 0; rules.length < count; host += 1) {
    const name = random.chance(0.05) ? `{ hdr_end(host) -i .zone${host}.example.com }` : `{ hdr(host) -i h${host}.example.com }`
    // Behind these two every further rule of the host is dead, and neither of them takes everything.
    if (random.chance(0.03)) rules.push(`  use_backend b0 if ${name} { method GET HEAD }`, `  use_backend b1 if ${name} !{ method GET HEAD }`)
    for (let rest = 2 + random.int(7); rest > 0 && rules.length < count; rest -= 1) {
      const path = `/${random.pick(['api', 'img', 'v1', 'v2', 'static', 'auth', 'shop'])}`
      const deep = random.chance(0.6) ? `${path}/${random.pick(['a', 'b', 'c'])}` : path
      const kind = random.int(100)
      const test = kind < 70 ? `{ path_beg ${deep} }` : kind < 82 ? `{ path ${deep} }` : kind < 87 ? `{ path_reg ^${path}/[a-c]+$ }` : kind < 92 ? `{ path_beg ${deep} } { req.hdr(x-beta) 1 }` : kind < 96 ? `{ path_beg ${deep} } !{ src 10.0.0.0/8 }` : `{ method POST }`
      rules.push(`  use_backend b${rules.length % Math.max(10, count / 5)} if ${name} ${test}`)
    }
  }
  const pools = Array.from({ length: Math.max(10, count / 5) }, (_, index) => `backend b${index}\n  mode http\n  server s1 10.0.${(index >> 8) & 255}.${index & 255}:80\n`)
  return `frontend web\n  mode http\n  bind :80\n  http-request deny if { path_beg /.git }\n${rules.join('\n')}\n  default_backend b0\n${pools.join('')}`
}

function compile(text: string): RoutingModel {
  const { tree } = parseHaproxy({ path: 'bench.cfg', text, role: 'config', encoding: 'utf-8' })
  return compileHaproxy([{ file: tree.file, tree }], { environment: {}, version: null, sideFiles: new Map() }).model
}

console.log(load())
for (const size of sizes) {
  const text = generate(size)
  const times: number[] = []
  const processor: number[] = []
  const checks: number[] = []
  const compiled: number[] = []
  let told = ''
  for (let run = 0; run <= runs; run += 1) {
    const start = performance.now()
    const model = compile(text)
    const ready = performance.now()
    runChecks(model)
    const checked = performance.now()
    const startCpu = process.cpuUsage()
    const router = prepareRouter(model)
    const answer = findShadowing(model, { judge: (request) => router.route(request, { explain: false }), budget: { maxBranches: 2000, spent: () => false }, reported: () => false })
    const done = performance.now()
    const used = process.cpuUsage(startCpu)
    told = `${answer.dead.length} dead, ${answer.dead.filter((one) => one.takers.length > 1).length} of them by several rules, ${answer.overlaps.length + answer.moreOverlaps.reduce((sum, one) => sum + one.count, 0)} overlaps, ${answer.undecided.count} undecided, ${answer.work.solverCalls} solver calls`
    if (run === 0) continue
    compiled.push(ready - start)
    checks.push(checked - ready)
    times.push(done - checked)
    processor.push((used.user + used.system) / 1000)
  }
  console.log(`${size} rules: ${told}`)
  console.log(`  parse + compile ${describe(compiled)}, structural checks ${describe(checks)}, shadowing ${describe(times)}, processor time ${describe(processor)}`)
  const target = targets[size]
  if (target !== undefined) verdict(`${target} ms`, `${figure(median(times))} ms, ${figure(median(times) / median(compiled))} times parse + compile`, median(times) <= target)
}
