import { countWords, shownLine } from '#shared/analyses/behaviour-diff/index.ts'
import type { BehaviourAnswer, Comparison } from '#shared/rpc/payloads.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import type { Span } from '#shared/text/span.ts'
import type { LoadedConfig } from './load-config.ts'
import { titleOf, type Pair } from './pairs.ts'
import { maskSecrets } from './secrets.ts'

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)
/** Characters that would start markup inside a sentence or end a table cell. */
const escape = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, (character) => `\\${character}`).replace(/\s+/g, ' ')

/** The review as Markdown: verdict first, then sentences, shares, findings, what is not modelled, and what was compared. */
export function compareMarkdown(pair: Pair, comparison: Comparison, behaviour: BehaviourAnswer | null, now: string): string {
  const out: string[] = [`# ${escape(titleOf(pair.before, pair.after))}`, '', `${comparison.text.added} lines added, ${comparison.text.removed} removed in ${comparison.files.length} ${comparison.files.length === 1 ? 'file' : 'files'}.`, '']
  if (behaviour !== null) out.push(...behaviourMarkdown(pair, behaviour))
  out.push('## What changes', '')
  if (comparison.sentences.length === 0) out.push('Nothing in the topology differs.', '')
  for (const sentence of comparison.sentences) {
    out.push(`- ${escape(sentence.text)}`)
    for (const detail of sentence.details) out.push(`  - ${escape(detail)}`)
  }
  if (comparison.distribution.length > 0) {
    out.push('', '## Expected shares', '', '| Pool | Server | Before | After |', '| --- | --- | ---: | ---: |')
    for (const row of comparison.distribution) out.push(`| ${escape(row.pool)} | ${escape(row.server)} | ${percent(row.before)} | ${percent(row.after)} |`)
  }
  for (const [title, findings, side] of [['New findings', comparison.checks.introduced, pair.after], ['Resolved findings', comparison.checks.resolved, pair.before ?? pair.after]] as const) {
    if (findings.length === 0) continue
    const lookup = toLineLookup(side.files.map((file) => file.source))
    out.push('', `## ${title}`, '')
    for (const finding of findings) {
      const place = lookup(finding.at)
      out.push(`- ${finding.severity}: ${escape(finding.message)} (${escape(place === null ? finding.at.file : `${place.file} line ${place.line}`)}, \`${finding.code}\`)`)
    }
  }
  if (comparison.notModelled.length > 0) {
    out.push('', '## Not modelled', '')
    for (const sentence of comparison.notModelled) out.push(`- ${escape(sentence.text)}`)
  }
  out.push('', '## Compared', '', ...(pair.before === null ? [] : [describe('Before', pair.before)]), describe('After', pair.after), '', `Written by Steelyard at ${now}. Passwords and keys are masked.`, '')
  return maskSecrets(out.join('\n'))
}

/** Verdict, then every class with its witness and both lines, then what cannot be told. */
function behaviourMarkdown(pair: Pair, behaviour: BehaviourAnswer): readonly string[] {
  const out = [`**${escape(behaviour.headline.text)}**`, '']
  const lines = { before: toLineLookup((pair.before ?? pair.after).files.map((file) => file.source)), after: toLineLookup(pair.after.files.map((file) => file.source)) }
  const place = (side: 'before' | 'after', at: Span | null): string => {
    const found = at === null ? null : lines[side](at)
    return found === null ? 'no rule' : `${found.file} line ${found.line}`
  }
  if (behaviour.differs.length > 0) out.push('## What changes for traffic', '')
  for (const one of behaviour.differs) {
    out.push(`- **${one.severity}**: ${escape(one.summary)}`, `  - Which: ${escape(one.when)}${countWords(one)}`)
    out.push(`  - ${one.about === 'rules' ? 'Decided' : 'Said'} before by ${escape(place('before', shownLine(one, 'before')))}, now by ${escape(place('after', shownLine(one, 'after')))}`, `  - Example: \`${one.curl.replaceAll('\`', "'")}\``)
  }
  if (behaviour.unknown.length > 0) out.push('', '## What cannot be told', '')
  for (const region of behaviour.unknown) out.push(`- ${escape(region.when)}: ${escape(region.because)} (${escape(place(region.side, region.at))})`)
  return [...out, '']
}

function describe(side: string, config: LoadedConfig): string {
  return `- ${side}: ${escape(config.summary.source)}, ${config.summary.product} ${config.summary.version}, SHA-256 \`${config.summary.hash}\``
}
