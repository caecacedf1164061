import type { KeptFile, LoadedConfig } from '#shared/backend/load-config.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import { toneGlyph } from '#shared/presentation/presentation.ts'
import type { Comparison } from '#shared/rpc/payloads.ts'
import { renderPatch } from '#shared/text/unified-patch.ts'
import { reachablePools, toRoutes } from '#shared/view/routes.ts'
import { forTerminal, type Colours } from './colour.ts'
import { findingsSarif } from './findings.ts'
import { maskedJson, schemaVersion, toJsonFinding, toPlaces } from './json-shapes.ts'

export type Verdict = 'identical' | 'changed' | 'may-differ'

export interface DiffReport {
  readonly before: LoadedConfig
  readonly after: LoadedConfig
  readonly comparison: Comparison
  readonly verdict: Verdict
  readonly partners: readonly (readonly [KeptFile | null, KeptFile | null])[]
  readonly steelyardVersion: string
}

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)

export const verdictText: Readonly<Record<Verdict, string>> = {
  identical: 'Identical: the configs say the same word for word.',
  changed: 'Changed: pools or expected shares differ. Which requests are answered differently is not computed.',
  'may-differ': 'May differ: the texts differ, or say the same with something in them that is not modelled; which requests are answered differently is not computed.',
}

export function diffText(report: DiffReport, colours: Colours): string {
  const { comparison } = report
  const paint = (tone: Tone, text: string): string =>
    tone === 'critical' || tone === 'removed' || tone === 'down' ? colours.red(text) : tone === 'warning' || tone === 'changed' || tone === 'unknown' ? colours.yellow(text) : tone === 'added' || tone === 'ok' ? colours.green(text) : text
  const out = [colours.bold(verdictText[report.verdict]), `Text: ${comparison.text.added} lines added, ${comparison.text.removed} removed.`]
  if (report.verdict !== 'identical') out.push('Behaviour: not computed.')
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

/** The published shape. `behaviour` says that it was not computed: complete is false and nothing is listed as the same. */
export function diffJson(report: DiffReport): string {
  const { before, after, comparison } = report
  const places = { before: toPlaces(before.files.map((file) => file.source)), after: toPlaces(after.files.map((file) => file.source)) }
  const identical = report.verdict === 'identical'
  return `${maskedJson({
    schemaVersion, verdict: report.verdict,
    behaviour: {
      complete: identical, state: identical ? 'proved-by-text' : 'not-computed', ...(identical ? {} : { reason: comparison.behaviour.reason }), listeners: listenersOf(report), differs: [],
      unknown: identical ? [] : [{ when: 'any request', because: comparison.behaviour.reason, at: firstChange(report) }],
    },
    distribution: comparison.distribution.map((row) => ({ pool: row.pool, server: row.server, before: row.before, after: row.after })),
    pools: { added: comparison.pools.added, removed: comparison.pools.removed, unreachable: unreachable(report) },
    checks: { introduced: comparison.checks.introduced.map((one) => toJsonFinding(one, places.after)), resolved: comparison.checks.resolved.map((one) => toJsonFinding(one, places.before)) },
    text: comparison.text,
    sentences: comparison.sentences.map((sentence) => ({ text: sentence.text, tone: sentence.tone, details: sentence.details })),
    notModelled: comparison.notModelled.map((sentence) => sentence.text),
  })}\n`
}

interface ListenerStatus {
  readonly name: string
  readonly addresses: readonly string[]
  readonly status: 'same' | 'changed' | 'added' | 'removed'
}

/**
 * Listeners by group name. Only with equal text is a listener known to be the same; otherwise those are listed whose own
 * addresses tell: added, removed, changed. What is missing here is not known.
 */
function listenersOf({ before, after, verdict }: DiffReport): readonly ListenerStatus[] {
  const groups = (config: LoadedConfig): Map<string, string[]> => {
    const found = new Map<string, string[]>()
    for (const listener of config.model.listeners) found.set(listener.group, [...(found.get(listener.group) ?? []), ...listener.addresses.map((address) => address.text)])
    return found
  }
  const was = groups(before)
  const is = groups(after)
  const rows = [...is].flatMap(([name, addresses]): ListenerStatus[] => {
    const old = was.get(name)
    if (old === undefined) return [{ name, addresses, status: 'added' }]
    if (verdict === 'identical') return [{ name, addresses, status: 'same' }]
    return old.join(' ') === addresses.join(' ') ? [] : [{ name, addresses, status: 'changed' }]
  })
  return [...rows, ...[...was].filter(([name]) => !is.has(name)).map(([name, addresses]) => ({ name, addresses, status: 'removed' as const }))]
}

function firstChange({ comparison, after }: DiffReport): { readonly file: string; readonly line: number } {
  const file = comparison.files.find((one) => one.after !== null && one.hunks.length > 0)
  const hunk = file?.hunks[0]
  const gap = after.model.gaps[0]
  // The same words on both sides: the line that leaves the answer open.
  if (hunk === undefined && gap !== undefined) return toPlaces(after.files.map((one) => one.source)).lineOf(gap.at)
  return { file: file?.after ?? after.summary.files[0]?.path ?? '', line: (hunk?.afterStart ?? 0) + 1 }
}

/** Pools that no rule leads to any more, or that came without one. */
function unreachable({ before, after }: DiffReport): readonly string[] {
  const lost = (config: LoadedConfig): ReadonlySet<string> => {
    const reached = reachablePools(toRoutes(config.model))
    return new Set(reached.open ? [] : config.model.pools.filter((pool) => !reached.pools.has(pool.id)).map((pool) => pool.name))
  }
  const already = lost(before)
  return [...lost(after)].filter((name) => !already.has(name))
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

