import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differ } from '#shared/analyses/behaviour-diff/judge.ts'
import { provedOnce } from '#shared/analyses/behaviour-diff/once.ts'
import { modelOf } from '#shared/model/decision-space/model-of.ts'
import { evaluateFormula } from '#shared/requests/space/world.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { smallConfig, textOf, type SmallConfig } from '#test/support/behaviour-configs.ts'
import { edited } from '#test/support/behaviour-edits.ts'
import { compareTexts, type ComparedPair } from '#test/support/behaviour-pair.ts'
import { coveredPools, listenerCovers, listenerOf, poolClasses, portOf, verdictOf } from '#test/support/behaviour-verdict.ts'
import { handshakes, isTls, tlsConfig } from '#test/support/behaviour-tls-configs.ts'
import { boundaryRequests, type SentRequest } from '#test/support/boundary-requests.ts'

const wanted = Number(process.env['STEELYARD_PAIRS'] ?? 1500)
const firstSeed = Number(process.env['STEELYARD_SEED'] ?? 1)
/** Requests for one pair: the fast stage draws fewer from the same products. */
const cap = Number(process.env['STEELYARD_REQUESTS'] ?? (process.env['STEELYARD_PAIRS'] === undefined ? 60 : 700))
const ports = [8001, 8002, 8003] as const
/** Edits may listen on these, too. */
const otherPorts = [8011, 8012, 8013, 8014]
const options = { bindHost: '127.0.0.1', bindPorts: ports, stubPorts: Array.from({ length: 8 }, (_, index) => 9001 + index), folder: '/maps' }

const figures = { pairs: 0, requests: 0, differing: 0, inPairs: 0, byPool: 0, conditional: 0, hidden: 0, uncertain: 0, classes: 0, rulePairs: 0, witnesses: 0, unknown: 0, identical: 0 }
const mismatches: string[] = []
const reasons = new Map<string, number>()

interface Case {
  readonly seed: number
  readonly before: SmallConfig
  readonly after: SmallConfig
}

function note({ seed, before, after }: Case, what: string, detail: unknown): void {
  if (mismatches.length >= 5) return
  const gone = before.lines.filter((line) => !after.lines.includes(line)).map((line) => `- ${line}`)
  const come = after.lines.filter((line) => !before.lines.includes(line)).map((line) => `+ ${line}`)
  const files = (config: SmallConfig): string => [...config.sideFiles].map(([file, text]) => `--- ${file}\n${text}`).join('')
  mismatches.push(`seed ${seed}: ${what}\n${JSON.stringify(detail)}\n${[...gone, ...come].join('\n')}\n${textOf(before)}${files(before)}AFTER\n${textOf(after)}${files(after)}`)
}

/** Every request of the product is where the simulators say it belongs. */
function checkRequests(one: Case, pair: ComparedPair, requests: readonly SentRequest[]): void {
  const pools = coveredPools(pair)
  const complete = pair.result.diff.unknown.length === 0
  for (const sent of requests) {
    if (listenerOf(pair, sent) === null) {
      if (differ(pair.judge.before(sent.input), pair.judge.after(sent.input), pair.alias) !== listenerCovers(pair, sent.port)) note(one, 'a listener of one side is in no class', sent)
      continue
    }
    const verdict = verdictOf(pair, sent, pools)
    figures.requests += 1
    if (verdict.pairs.length > 1) note(one, 'a request is in two classes', sent)
    if (verdict.differs === null) {
      figures.uncertain += 1
      continue
    }
    const within = verdict.pairs[0] ?? null
    if (within !== null && within !== verdict.place().pair) note(one, 'a request is in a pair whose rules do not decide it', sent)
    if (verdict.differs) {
      figures.differing += 1
      if (within !== null) figures.inPairs += 1
      else if (verdict.place().byPool) figures.byPool += 1
      // Whether it is in the class hangs on a condition that is not modelled.
      else if (verdict.place().mayDiffer) figures.conditional += 1
      else if (!complete) figures.hidden += 1
      else note(one, 'a request that differs is in no class', sent)
    } else if (within !== null && within.differences.every((difference) => difference.exact)) note(one, 'a request that does not differ is in a class', sent)
  }
}

/** Every witness shows what its class says, and lies in the pair that it stands for. */
function checkWitnesses(one: Case, pair: ComparedPair): void {
  const { listeners, diff, comparison } = pair.result
  const pools = poolClasses(pair)
  const proved = listeners.flatMap((listener) => listener.proved.map((found) => ({ listener, found })))
  const once = provedOnce(listeners)
  figures.rulePairs += once.length
  const counts = diff.differs.filter((each) => each.kind !== 'listener' && !pools.includes(each)).map((each) => each.count)
  if (counts.reduce((sum, count) => sum + count, 0) !== once.length) note(one, 'the classes do not hold every pair exactly once', { counts, pairs: once.length })
  for (const each of diff.differs) {
    for (const member of each.members) {
      figures.witnesses += 1
      const [before, after] = [pair.judge.before(member.witness), pair.judge.after(member.witness)]
      // Another algorithm or a server that took nothing may leave the shares as they are.
      const ofPool = pools.includes(each) && (after.outcome.action === 'forward' ? pair.changedPools.has(pair.alias(after.outcome.pool)) : each.kind === 'policy')
      if (!ofPool && !differ(before, after, pair.alias)) note(one, 'a witness does not differ', { summary: each.summary, member })
      if (JSON.stringify([before.outcome, after.outcome]) !== JSON.stringify([member.before.outcome, member.after.outcome])) note(one, 'a witness does something else than its class says', { summary: each.summary, member, before: before.outcome, after: after.outcome })
    }
  }
  for (const { listener, found } of proved) {
    const own = listener.found.find((each) => listener.sides.before.rules[each.before] === found.before && listener.sides.after.rules[each.after] === found.after)
    const model = modelOf(found.request, listener.arrival, portOf(found.request))
    if (own === undefined || own.required.some((formula) => evaluateFormula(comparison.space.world, formula, model, () => null) === false)) note(one, 'a witness lies outside its own pair', found.request)
  }
}

function check(seed: number): void {
  const random = seededRandom(seed)
  const before = random.chance(0.1) ? tlsConfig(random, options) : smallConfig(random, options)
  const one: Case = { seed, before, after: edited(random, before, true) }
  const pair = compareTexts({ main: [textOf(before)], sideFiles: before.sideFiles }, { main: [textOf(one.after)], sideFiles: one.after.sideFiles })
  const { diff } = pair.result
  figures.pairs += 1
  figures.classes += diff.differs.length
  if (diff.unknown.length > 0) figures.unknown += 1
  else if (diff.differs.length === 0) figures.identical += 1
  for (const region of diff.unknown) reasons.set(region.because, (reasons.get(region.because) ?? 0) + 1)
  const texts = [before, one.after].flatMap((config) => [textOf(config), ...config.sideFiles.values()])
  const open = [...ports, ...otherPorts].filter((port) => [pair.before, pair.after].some((model) => model.listeners.some((listener) => listener.addresses.some((address) => address.fromPort <= port && port <= address.toPort))))
  checkRequests(one, pair, isTls(before) ? handshakes(random, before, options.bindHost, ports[0], cap) : boundaryRequests({ random, texts, bindHost: options.bindHost, ports: open, cap }))
  checkWitnesses(one, pair)
}

test('the classes of random pairs of configs hold exactly the requests whose outcome differs, by brute force over boundary values', { timeout: 3_600_000 }, (context) => {
  for (let seed = firstSeed; seed < firstSeed + wanted && mismatches.length < 5; seed += 1) check(seed)
  const unknown = (100 * figures.unknown) / Math.max(1, figures.pairs)
  context.diagnostic(`pairs=${figures.pairs} requests=${figures.requests} classes=${figures.classes} mismatches=${mismatches.length} unknown=${unknown.toFixed(2)}%`)
  context.diagnostic(Object.entries(figures).map(([name, count]) => `${name}=${count}`).join(' '))
  context.diagnostic(`unknown because: ${[...reasons].sort((a, b) => b[1] - a[1]).slice(0, 12).map(([text, count]) => `${count} × ${text}`).join(' | ')}`)
  assert.equal(mismatches.length, 0, mismatches.join('\n\n'))
  assert.equal(figures.pairs, wanted)
  assert.ok(figures.differing > 2 * figures.pairs && figures.inPairs > figures.byPool, 'enough requests of the products differ')
  assert.ok(unknown < 3, `less than 3 % of the pairs may be unknown, ${unknown.toFixed(2)} % are`)
})
