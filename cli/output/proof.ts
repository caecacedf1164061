import { maskSecrets } from '#shared/backend/secrets.ts'
import { expectationInWords } from '#shared/backend/prove-judge.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { ProofReport, ProvedSide } from '#shared/rpc/payloads.ts'
import { forTerminal, type Colours } from './colour.ts'

type Entry = ProofReport['witnesses'][number]

/** What the real balancer said: first the verdict, then each witness that is not plainly confirmed, then what was not as in the configs. */
export function proofText(report: ProofReport, colours: Colours): string {
  const paint = report.state === 'proved' ? colours.green : report.state === 'disagrees' ? colours.red : colours.yellow
  const out = [colours.bold('Asked the real balancer'), paint(forTerminal(`${mark[report.state]} ${report.sentence}`))]
  // The sentence names the first refusal already.
  for (const refusal of report.refusals.slice(1)) out.push(colours.yellow(`    ${forTerminal(`Config ${refusal.side}: ${refusal.reason}`)}`))
  if (report.product !== null && report.refusals.length === 0 && report.state !== 'unavailable') {
    for (const entry of report.witnesses) if (entry.agrees !== true || entry.note !== null) out.push(...entryText(entry, colours))
  }
  if (report.replaced.length > 0) out.push(colours.dim('  What was not as in the configs:'), ...report.replaced.map((one) => colours.dim(`    ${forTerminal(one)}`)))
  return maskSecrets(`${out.join('\n')}\n`)
}

const mark: Readonly<Record<ProofReport['state'], string>> = { proved: '✓', disagrees: '✗', partly: '?', refused: '?', unavailable: '?' }

function entryText(entry: Entry, colours: Colours): readonly string[] {
  const out = [entry.agrees === false ? colours.red(`  ✗ ${forTerminal(entry.classId)}`) : colours.yellow(`  ? ${forTerminal(entry.classId)}`)]
  for (const [name, side] of [['before', entry.before], ['after', entry.after]] as const) {
    if (side.agrees !== false) continue
    out.push(colours.red(`      ${name}: computed ${forTerminal(expectationInWords(side.expected))}; the balancer: ${forTerminal(side.observed ?? 'not asked')}`))
  }
  if (entry.note !== null) out.push(`      ${forTerminal(entry.note)}`)
  return out
}

/** The proof as it stands in `diff --format json`. Lines are named inside the sentences. */
export function toJsonProof(report: ProofReport): object {
  return {
    state: report.state, sentence: report.sentence, product: report.product, replaced: report.replaced,
    refusals: report.refusals.map((one) => ({ side: one.side, reason: one.reason, file: one.at?.file ?? null })),
    witnesses: report.witnesses.map((one) => ({ id: one.classId, agrees: one.agrees, before: toJsonSide(one.before), after: toJsonSide(one.after), note: one.note })),
    milliseconds: Math.round(report.milliseconds),
  }
}

const toJsonSide = (side: ProvedSide): object => ({ expected: toJsonExpectation(side.expected), observed: side.observed, agrees: side.agrees })

/** The published outcome; the place of what is not modelled stands beside the class. */
const toJsonExpectation = (outcome: Outcome): object => (outcome.action === 'unmodelled' ? { action: outcome.action, reason: outcome.reason } : outcome)
