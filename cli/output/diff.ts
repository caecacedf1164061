import type { KeptFile, LoadedConfig } from '#shared/backend/load-config.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import { toneGlyph } from '#shared/presentation/presentation.ts'
import type { BehaviourAnswer, Comparison, ProofReport, TrafficWeights, Verdict } from '#shared/rpc/payloads.ts'
import { renderPatch } from '#shared/text/unified-patch.ts'
import { reachablePools, toRoutes } from '#shared/view/routes.ts'
import { behaviourText, sidesOf, toJsonBehaviour } from './behaviour.ts'
import { forTerminal, type Colours } from './colour.ts'
import { findingsSarif } from './findings.ts'
import { proofText, toJsonProof } from './proof.ts'
import { maskedJson, schemaVersion, toJsonFinding, toPlaces } from './json-shapes.ts'

export interface DiffReport {
  readonly before: LoadedConfig
  readonly after: LoadedConfig
  readonly comparison: Comparison
  readonly behaviour: BehaviourAnswer
  readonly proof: ProofReport | null
  readonly weights: TrafficWeights | null
  readonly partners: readonly (readonly [KeptFile | null, KeptFile | null])[]
  readonly steelyardVersion: string
}

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)

export const verdictText: Readonly<Record<Verdict, string>> = {
  identical: 'Identical: no request is treated differently.',
  changed: 'Changed.',
  'may-differ': 'May differ: no difference was found, but something cannot be told.',
}

export function diffText(report: DiffReport, colours: Colours): string {
  const { comparison } = report
  const paint = (tone: Tone, text: string): string =>
    tone === 'critical' || tone === 'removed' || tone === 'down' ? colours.red(text) : tone === 'warning' || tone === 'changed' || tone === 'unknown' ? colours.yellow(text) : tone === 'added' || tone === 'ok' ? colours.green(text) : text
  const { behaviour } = report
  const sides = sidesOf(report.before, report.after)
  const out = [colours.bold(behaviour.verdict === 'changed' ? behaviour.headline.text : verdictText[behaviour.verdict]), `Text: ${comparison.text.added} ${comparison.text.added === 1 ? 'line' : 'lines'} added, ${comparison.text.removed} removed.`]
  const traffic = behaviourText(behaviour, sides, report.weights, colours)
  if (traffic !== '') out.push(traffic.trimEnd())
  if (report.proof !== null) out.push('', proofText(report.proof, colours).trimEnd())
  if (comparison.sentences.length > 0) {
    out.push('', colours.bold('What changes'))
    for (const sentence of comparison.sentences) {
      out.push(paint(sentence.tone, `${toneGlyph[sentence.tone] || '·'} ${forTerminal(sentence.text)}`))
      for (const detail of sentence.details) out.push(`    ${forTerminal(detail)}`)
    }
  }
  if (comparison.distribution.length > 0) {
    out.push('', colours.bold('Expected shares'))
    const width = Math.max(...comparison.distribution.map((row) => row.pool.length + row.server.length + 1))
    for (const row of comparison.distribution) out.push(`  ${forTerminal(`${row.pool}/${row.server}`.padEnd(width))}  ${percent(row.before).padStart(8)} → ${percent(row.after).padStart(8)}`)
  }
  for (const [title, findings, side] of [['New findings', comparison.checks.introduced, report.after], ['Resolved findings', comparison.checks.resolved, report.before]] as const) {
    if (findings.length === 0) continue
    const places = toPlaces(side.files.map((file) => file.source))
    out.push('', colours.bold(title))
    for (const finding of findings) {
      const at = places.lineOf(finding.at)
      out.push(`  ${forTerminal(at.file)}:${at.line}: ${finding.severity}: ${forTerminal(finding.message)} [${finding.code}]`)
    }
  }
  if (comparison.notModelled.length > 0) out.push('', colours.bold('Not modelled'), ...comparison.notModelled.map((sentence) => colours.yellow(`  ? ${forTerminal(sentence.text)}`)))
  return maskSecrets(`${out.join('\n')}\n`)
}

/** The published shape. */
export function diffJson(report: DiffReport): string {
  const { before, after, comparison } = report
  const places = { before: toPlaces(before.files.map((file) => file.source)), after: toPlaces(after.files.map((file) => file.source)) }
  return `${maskedJson({
    schemaVersion, verdict: report.behaviour.verdict,
    behaviour: toJsonBehaviour(report.behaviour, places, report.weights),
    distribution: comparison.distribution.map((row) => ({ pool: row.pool, server: row.server, before: row.before, after: row.after })),
    pools: { added: comparison.pools.added, removed: comparison.pools.removed, unreachable: unreachable(report) },
    checks: { introduced: comparison.checks.introduced.map((one) => toJsonFinding(one, places.after)), resolved: comparison.checks.resolved.map((one) => toJsonFinding(one, places.before)) },
    text: comparison.text,
    ...(report.proof === null ? {} : { proof: toJsonProof(report.proof) }),
    sentences: comparison.sentences.map((sentence) => ({ text: sentence.text, tone: sentence.tone, details: sentence.details })),
    notModelled: comparison.notModelled.map((sentence) => sentence.text),
  })}\n`
}

/** Pools that no rule leads to any more, or that came without one. */
function unreachable({ before, after, behaviour }: DiffReport): readonly string[] {
  const lost = (config: LoadedConfig): ReadonlySet<string> => {
    const reached = reachablePools(toRoutes(config.model))
    return new Set(reached.open ? [] : config.model.pools.filter((pool) => !reached.pools.has(pool.id)).map((pool) => pool.name))
  }
  const already = lost(before)
  return [...new Set([...behaviour.pools.unreachable, ...[...lost(after)].filter((name) => !already.has(name))])]
}

/** A unified patch per file pair, secrets masked like in every other report. */
export function diffPatch(report: DiffReport): string {
  return maskSecrets(report.partners.map(([was, is]) => renderPatch({
    beforeName: was === null ? null : `a/${strip(was.source.path)}`, afterName: is === null ? null : `b/${strip(is.source.path)}`,
    before: was?.source.text ?? '', after: is?.source.text ?? '',
  })).join(''))
}

const strip = (path: string): string => path.replace(/^[\\/]+/, '')

/** Findings that the change introduces, for code hosts. */
export function diffSarif(report: DiffReport): string {
  return findingsSarif({
    title: report.after.summary.title, dialect: report.after.summary.dialect, product: report.after.summary.product, version: report.after.summary.version, steelyardVersion: report.steelyardVersion,
    findings: report.comparison.checks.introduced, places: toPlaces(report.after.files.map((file) => file.source)), rules: report.after.dialect.checks,
  })
}

