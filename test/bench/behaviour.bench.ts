// The behaviour diff against the targets of reference/behavioural-diff.md §13, with `git diff --no-index --stat` and
// `haproxy -c` on the same files in the same run as yardsticks; then inputs made to hurt. Never fails by the clock.
//   --sizes 1000,10000,50000   --edits none,one   --repetitions 5   --checks 3   --only adversarial|rules   --input "set-path"
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rolldown } from 'rolldown'
import { adversarial } from './generate-adversarial.ts'
import { edits, type ConfigPair, type Edit } from './generate-rules.ts'
import { pairFor, type BehaviourRun, type Spent } from './behaviour-run.ts'
import { figure, load, median, readFlags, timed } from './measure.ts'

const flags = readFlags()
const only = flags.text('only', '')
const repetitions = flags.number('repetitions', 5)
const checks = flags.number('checks', 3)

/** Milliseconds by number of rules: reference §13. `cold` (nothing kept from before) and `warm` where the table tells them apart. */
const targets: Readonly<Record<Edit, readonly (readonly [rules: number, cold: number, warm: number])[]>> = {
  none: [[1000, 10, 10], [10_000, 50, 50], [50_000, 150, 150]],
  reformatted: [[1000, 10, 10], [10_000, 50, 50], [50_000, 150, 150]],
  one: [[1000, 30, 10], [10_000, 130, 40], [50_000, 500, 100]],
  hundred: [[1000, 100, 100], [10_000, 350, 350], [50_000, 1500, 1500]],
  global: [[1000, 200, 200], [10_000, 600, 600], [50_000, 3000, 3000]],
  reordered: [[1000, 200, 200], [10_000, 400, 400], [50_000, 2000, 2000]],
  all: [],
}
const memoryTargets: readonly (readonly [rules: number, megabytes: number])[] = [[1000, 120], [10_000, 200], [50_000, 650]]

/** Plain JavaScript in one file, as the product is shipped: reading TypeScript costs memory and time of its own. */
const runner = await bundled()

async function bundled(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'behaviour-run-'))
  process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
  const build = await rolldown({ input: { run: path.join(import.meta.dirname, 'behaviour-run.ts') }, platform: 'node', external: [/^node:/], cwd: path.join(import.meta.dirname, '..', '..') })
  await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs' })
  await build.close()
  return path.join(folder, 'run.mjs')
}

function inProcess(kind: string, name: string, detail: string, times: number): BehaviourRun | string {
  const child = spawnSync(process.execPath, ['--expose-gc', runner, kind, name, detail, String(times)], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return child.status === 0 ? (JSON.parse(child.stdout) as BehaviourRun) : `failed: ${child.stderr.trim().split('\n').find((line) => line.includes('Error')) ?? `status ${child.status ?? 'none'}`}`
}

/** Milliseconds of the products on the same files; null: not there. */
async function yardsticks(config: ConfigPair): Promise<{ readonly git: number; readonly haproxy: number | null }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'behaviour-'))
  try {
    const files = [path.join(folder, 'before.cfg'), path.join(folder, 'after.cfg')] as const
    writeFileSync(files[0], config.before)
    writeFileSync(files[1], config.after)
    for (const [name, text] of config.sides) writeFileSync(path.join(folder, name), text)
    const git: number[] = []
    const haproxy: number[] = []
    const present = spawnSync('haproxy', ['-v']).status === 0
    for (let check = 0; check < checks; check += 1) {
      git.push(await timed(() => spawnSync('git', ['diff', '--no-index', '--stat', ...files], { env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } })))
      if (present) haproxy.push(await timed(() => execFileSync('haproxy', ['-c', '-q', '-f', files[1]], { cwd: folder, stdio: 'ignore' })))
    }
    return { git: median(git), haproxy: haproxy.length === 0 ? null : median(haproxy) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const text = (spent: Spent): string => `${figure(spent.wall)}/${figure(spent.cpu)}`
/** Median and best of the wall times: what else runs on the machine stretches the one, hardly the other. */
interface Times {
  readonly median: number
  readonly best: number
}
const times = (list: readonly Spent[]): Times => ({ median: median(list.map((one) => one.wall)), best: Math.min(...list.map((one) => one.wall)) })
const timesText = (one: Times): string => `${figure(one.median)}/${figure(one.best)}`
const row = (cells: readonly (string | number)[], widths: readonly number[]): string => cells.map((cell, index) => (index === 0 ? String(cell).padEnd(widths[0] as number) : String(cell).padStart(widths[index] ?? 8))).join(' ')

/** Met by the median, or at least by the best repetition. */
function met(spent: Times, target: number | undefined): string {
  return target === undefined ? '' : spent.median <= target ? `≤${target} met` : spent.best <= target ? `≤${target} met at best` : `≤${target} NOT MET`
}

async function rules(): Promise<void> {
  const widths = [12, 6, 11, 11, 11, 11, 20, 11, 20, 7, 7, 14, 7, 6, 8, 8]
  console.log(`rules by the mix of reference §7, in ms; compile, topology, first: wall/cpu; cold, warm: wall, median/best of ${repetitions}; ${load()}`)
  console.log(row(['edit', 'rules', 'compile', 'topology', 'first', 'cold', 'target', 'warm', 'target', 'git', 'haproxy', 'RSS MB', 'classes', 'pairs', 'unknown', 'solver'], widths))
  const wanted = flags.text('edits', edits.join(',')).split(',')
  for (const size of flags.numbers('sizes', [1000, 10_000, 50_000])) {
    for (const edit of edits.filter((one) => wanted.includes(one))) {
      const result = inProcess('rules', String(size), edit, repetitions)
      if (typeof result === 'string') {
        console.log(`${edit} ${size} ${result}`)
        continue
      }
      // Memory of one comparison, as the command line makes one; repetitions leave garbage behind.
      const once = inProcess('rules', String(size), edit, 0)
      const rss = typeof once === 'string' ? result.rss : once.rss
      const { git, haproxy } = await yardsticks(pairFor('rules', String(size), edit))
      const target = targets[edit].find(([count]) => count === size)
      const memory = memoryTargets.find(([count]) => count === size)?.[1]
      const warm = times(result.warm)
      const cold = times(result.cold.length === 0 ? [result.first] : result.cold)
      console.log(row([
        edit, size, text(result.compile), text(result.topology), text(result.first), timesText(cold), met(cold, target?.[1]), timesText(warm), met(warm, target?.[2]), figure(git), haproxy === null ? '–' : figure(haproxy),
        `${figure(rss)}${memory === undefined ? '' : ` (≤${memory})`}`, result.classes, result.pairs, result.unknown, result.work.solverCalls,
      ], widths))
    }
    console.log(`  ${load()}`)
  }
}

function hurting(): void {
  const widths = [30, 13, 8, 8, 8, 8, 8, 8, 10]
  console.log(`\ninputs made to hurt, budget 30 s and 1 GB each; wall/cpu in ms; ${load()}`)
  console.log(row(['input', 'time', 'classes', 'pairs', 'unknown', 'looked', 'solver', 'RSS MB', ''], widths))
  const wanted = flags.text('input', '')
  for (const { name } of adversarial) {
    if (!name.startsWith(wanted)) continue
    const result = inProcess('adversarial', name, '1', 0)
    if (typeof result === 'string') {
      console.log(`${name} ${result}`)
      continue
    }
    const inTime = result.first.wall <= 31_000 && result.rss <= 1000
    console.log(`${row([name, text(result.first), result.classes, result.pairs, result.unknown, result.work.pairs, result.work.solverCalls, figure(result.rss), inTime ? 'met' : 'NOT MET'], widths)}  ${result.because}`)
  }
  console.log(`  ${load()}`)
}

if (only !== 'adversarial') await rules()
if (only !== 'rules') hurting()
