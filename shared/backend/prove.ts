import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { RequestClass } from '#shared/analyses/behaviour-diff/answer.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { CallContext, Handlers } from '#shared/rpc/method.ts'
import type { ProofReport, ProvedSide } from '#shared/rpc/payloads.ts'
import { behaviourOf } from './behaviour.ts'
import type { LoadedConfig } from './load-config.ts'
import type { Pair, PairStore } from './pairs.ts'
import type { Ports } from './ports.ts'
import type { Judgement } from './prove-judge.ts'
import { installedVersion, prepareSide, replaySide, type Asked, type Side, type SideAnswer } from './prove-side.ts'

/** A request with what each config was computed to do with it. */
export interface Witness {
  readonly classId: string
  readonly request: RequestInput
  readonly before: Outcome
  readonly after: Outcome
}

const mostWitnesses = 200
/** Both configs together, start included. */
const totalMs = 20_000

export function proveHandlers(ports: Ports, pairs: PairStore): Pick<Handlers<SteelyardContract>, 'behaviour.prove'> {
  return {
    async 'behaviour.prove'({ before, after, classIds }, context) {
      const pair = pairs(before, after)
      if (!pair.ok) return pair
      if (pair.value.before === null) return failed('bad-params', 'A proof takes two configs.')
      const { differs } = behaviourOf(ports, pair.value)
      const wanted = new Set(classIds)
      const chosen = wanted.size === 0 ? differs : differs.filter((one) => wanted.has(one.id))
      const missing = [...wanted].find((id) => !differs.some((one) => one.id === id))
      if (missing !== undefined) return failed('bad-params', `There is no class ${missing} in this comparison.`)
      return provePair(ports, pair.value, witnessesOf(chosen), context)
    },
  }
}

/** The witness of each class. */
export function witnessesOf(classes: readonly RequestClass[]): readonly Witness[] {
  return classes.map((one) => ({ classId: one.id, request: one.witness, before: one.before.outcome, after: one.after.outcome }))
}

/**
 * Starts the installed balancer with the config before and then with the one after, replays the witnesses on both and
 * compares what happens with what was computed.
 *
 * Shape: one entry for each witness, the first 200 of them; no witnesses: those of every class of the comparison. A config that runs anything from outside is refused with the
 * line, and then nothing is started on either side.
 * Errors: `cancelled`. That no balancer is installed or that it does not start is an answer of its own.
 */
export async function provePair(ports: Ports, pair: Pair, chosen: readonly Witness[], context: CallContext): Promise<Result<ProofReport>> {
  const started = ports.clock.milliseconds()
  const witnesses = chosen.length > 0 ? chosen : witnessesOf(behaviourOf(ports, pair).differs)
  const took = witnesses.slice(0, mostWitnesses)
  const configs = { before: pair.before ?? pair.after, after: pair.after }
  const asked = { before: took.map((one): Asked => ({ request: one.request, expected: one.before })), after: took.map((one): Asked => ({ request: one.request, expected: one.after })) }
  const report = (parts: Pick<ProofReport, 'state' | 'sentence'> & Partial<ProofReport>): Result<ProofReport> =>
    ok({ product: null, replaced: [], refusals: [], witnesses: took.map((one) => toEntry(one, null, null)), ...parts, milliseconds: ports.clock.milliseconds() - started })

  const sides: Partial<Record<'before' | 'after', Side>> = {}
  const products = new Map<string, string>()
  for (const name of ['before', 'after'] as const) {
    const { dialect } = configs[name]
    if (dialect.proof === undefined) return report({ state: 'unavailable', sentence: `${dialect.product} configs cannot be replayed by this version.` })
    const version = products.get(dialect.product) ?? await installedVersion(ports, dialect.proof, dialect.product)
    if (typeof version !== 'string') {
      if (!version.ok) return report({ state: 'unavailable', sentence: `Nothing was replayed: ${version.failure.message}` })
      products.set(dialect.product, version.value)
    }
    sides[name] = prepareSide(configs[name], dialect.proof, asked[name])
  }
  const before = sides.before as Side
  const after = sides.after as Side
  const product = [...products].map(([name, version]) => `${name} ${version}`).join(' and ')
  const refusals = [...before.refusals.map((one) => ({ side: 'before' as const, ...one })), ...after.refusals.map((one) => ({ side: 'after' as const, ...one }))]
  if (refusals.length > 0) return report({ state: 'refused', sentence: `Nothing was started. ${refusals[0]?.reason ?? ''}`, product, refusals })
  if (took.length === 0) return report({ state: 'partly', sentence: 'There is nothing to replay: no request is known to be answered differently.', product })

  const answers: Partial<Record<'before' | 'after', SideAnswer>> = {}
  for (const [name, side] of [['before', before], ['after', after]] as const) {
    if (context.cancelled()) return failed('cancelled', 'The proof was cancelled.')
    ports.emit('progress', { task: 'prove', fraction: name === 'before' ? 0 : 0.5, text: `Replaying ${took.length} ${took.length === 1 ? 'witness' : 'witnesses'} on the config ${name}` })
    const answer = await replaySide(ports, side, asked[name], Math.max(0, totalMs - (ports.clock.milliseconds() - started)), context.cancelled)
    if (!answer.ok) return answer
    answers[name] = answer.value
  }
  const both = { before: answers.before as SideAnswer, after: answers.after as SideAnswer }
  const entries = took.map((one, index) => toEntry(one, both.before.judgements[index] ?? null, both.after.judgements[index] ?? null))
  return report({ ...verdictOf(entries, both, product, witnesses.length), product, replaced: replacedIn(configs, [before, after], both, products), witnesses: entries })
}

type Entry = ProofReport['witnesses'][number]

function toEntry(witness: Witness, before: Judgement | null, after: Judgement | null): Entry {
  const side = (expected: Outcome, judgement: Judgement | null): ProvedSide => ({ expected, observed: judgement?.observed ?? null, agrees: judgement?.agrees ?? null })
  const notes = ([['before', before], ['after', after]] as const).flatMap(([name, judgement]) => (judgement?.note === null || judgement?.note === undefined ? [] : [`Config ${name}: ${judgement.note}`]))
  const agreements = [before?.agrees ?? null, after?.agrees ?? null]
  return {
    classId: witness.classId, agrees: agreements.includes(false) ? false : agreements.includes(null) ? null : true,
    before: side(witness.before, before), after: side(witness.after, after), note: notes.length === 0 ? null : notes.join(' '),
  }
}

function verdictOf(entries: readonly Entry[], answers: Readonly<Record<'before' | 'after', SideAnswer>>, product: string, wanted: number): Pick<ProofReport, 'state' | 'sentence'> {
  const failures = (['before', 'after'] as const).flatMap((name) => (answers[name].failure === null ? [] : [`The config ${name} could not be replayed: ${answers[name].failure.message}`]))
  const count = (agrees: boolean | null): number => entries.filter((one) => one.agrees === agrees).length
  const all = entries.length === 1 ? 'the witness' : `all ${entries.length} witnesses`
  const answer = product.includes(' and ') ? 'answer' : 'answers'
  const more = wanted > entries.length ? [`${wanted - entries.length} more were not replayed.`] : []
  const rest = [...failures, ...more]
  if (count(false) > 0) return { state: 'disagrees', sentence: [`${product} ${answer} ${count(false)} of ${entries.length} ${entries.length === 1 ? 'witness' : 'witnesses'} differently than computed.`, ...rest].join(' ') }
  if (failures.length === 2) return { state: 'unavailable', sentence: failures.join(' ') }
  if (count(null) === 0) return { state: more.length > 0 ? 'partly' : 'proved', sentence: [`${product} ${answer} ${all} as computed, before and after.`, ...rest].join(' ') }
  return { state: 'partly', sentence: [`${product} ${answer} ${count(true)} of ${entries.length} ${entries.length === 1 ? 'witness' : 'witnesses'} as computed, before and after; the rest could not be compared on both sides.`, ...rest].join(' ') }
}

/** What was not as in the configs or not as in production. */
function replacedIn(configs: Readonly<Record<'before' | 'after', LoadedConfig>>, sides: readonly Side[], answers: Readonly<Record<'before' | 'after', SideAnswer>>, products: ReadonlyMap<string, string>): readonly string[] {
  const sentences = new Set(sides.flatMap((side) => side.prepared.replaced))
  for (const config of [configs.before, configs.after]) {
    const installed = products.get(config.dialect.product) ?? ''
    const { version } = config.model
    if (installed !== version && !installed.startsWith(`${version}.`)) sentences.add(`The configs are read as for ${config.dialect.product} ${version}; ${installed} is installed and was asked.`)
  }
  const isolated = [answers.before.isolated, answers.after.isolated].filter((one) => one !== null)
  if (isolated.length > 0) {
    sentences.add(isolated.every((one) => one)
      ? 'The balancer ran in a network namespace of its own, which has no way out.'
      : 'This system allows no network namespace of its own; the balancer had no address to connect to but sockets in its own folder.')
  }
  return [...sentences]
}
