// One pair of configs in a process of its own, so that the first call is a cold one and the memory is its own.
//   node behaviour-run.ts rules 10000 one 3   |   node behaviour-run.ts adversarial "set-path" 1 0
import { existsSync, readFileSync } from 'node:fs'
import { compareBehaviour, type BehaviourComparison } from '#shared/analyses/behaviour-diff/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { judgeOf } from '#shared/backend/behaviour.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { adversarial } from './generate-adversarial.ts'
import { generateRules, type ConfigPair, type Edit } from './generate-rules.ts'

export interface Spent {
  readonly wall: number
  /** Processor time of all threads, garbage collection included. */
  readonly cpu: number
}

export interface BehaviourRun {
  readonly compile: Spent
  readonly topology: Spent
  /** The first comparison of the process: code that never ran, caches that are empty. */
  readonly first: Spent
  /** Both sides read anew in a process that compared before: empty caches. */
  readonly cold: readonly Spent[]
  /** The before side stays, the after side is read anew each time, as while somebody types. */
  readonly warm: readonly Spent[]
  readonly classes: number
  /** Rule pairs that the classes stand for. */
  readonly pairs: number
  readonly unknown: number
  readonly complete: boolean
  readonly because: string
  readonly work: BehaviourComparison['diff']['work']
  /** Peak of the process, everything included, in megabytes; about 50 of them are there before anything is read. */
  readonly rss: number
}

/** As in the app (backend: `behaviour.ts`). */
const deadlineMs = 30_000
const maxBranches = 20_000

function spend<T>(run: () => T): readonly [T, Spent] {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const result = run()
  const used = process.cpuUsage(cpu)
  return [result, { wall: performance.now() - start, cpu: (used.user + used.system) / 1000 }]
}

export function pairFor(kind: string, name: string, detail: string): ConfigPair {
  if (kind === 'rules') return generateRules(Number(name), detail as Edit)
  const found = adversarial.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no input called ${name}`)
  return found.make(Number(detail))
}

function compare(before: RoutingModel, after: RoutingModel): readonly [BehaviourComparison, topology: Spent, comparison: Spent] {
  const [difference, topology] = spend(() => diffTopology(before, after))
  const changedPools = difference.pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : []))
  const start = performance.now()
  const [comparison, spent] = spend(() => compareBehaviour(before, after, {
    judge: judgeOf(before, after), changedPools, poolNames: new Map(),
    budget: { maxBranches, spent: () => performance.now() - start > deadlineMs }, milliseconds: () => performance.now(),
  }))
  return [comparison, topology, spent]
}

/** Where the system tells the peak of this program alone: `maxRSS` also counts what the program before `exec` held. */
function peakMegabytes(): number {
  const peak = existsSync('/proc/self/status') ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] : undefined
  return (peak === undefined ? process.resourceUsage().maxRSS : Number(peak)) / 1024
}

function run(config: ConfigPair, repetitions: number): BehaviourRun {
  const read = (text: string): RoutingModel => compileConfig(Buffer.from(text).toString('latin1'), config.sides, {}).model
  const before = read(config.before)
  const [after, compile] = spend(() => read(config.after))
  const [{ diff }, topology, first] = compare(before, after)
  const warm: Spent[] = []
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const again = read(config.after)
    globalThis.gc?.()
    warm.push(compare(before, again)[2])
  }
  const cold: Spent[] = []
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const again = [read(config.before), read(config.after)] as const
    globalThis.gc?.()
    cold.push(compare(...again)[2])
  }
  return {
    compile, topology, first, cold, warm, classes: diff.differs.length, pairs: diff.differs.reduce((sum, one) => sum + one.count, 0), unknown: diff.unknown.length, complete: diff.complete,
    because: diff.unknown[0]?.because ?? '', work: diff.work, rss: peakMegabytes(),
  }
}

if (process.argv[1] === import.meta.filename) {
  const [kind, name, detail, repetitions] = process.argv.slice(2) as [string, string, string, string]
  process.stdout.write(JSON.stringify(run(pairFor(kind, name, detail), Number(repetitions))))
}
