import type { Comparison } from '#shared/rpc/payloads.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import type { LoadedConfig } from './load-config.ts'
import { titleOf, type Pair } from './pairs.ts'
import { maskSecrets } from './secrets.ts'

const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)
/** Characters that would start markup inside a sentence or end a table cell. */
const escape = (text: string): string => text.replace(/[\\`*_[\]<>|]/g, (character) => `\\${character}`).replace(/\s+/g, ' ')

/** The review as Markdown: verdict first, then sentences, shares, findings, what is not modelled, and what was compared. */
export function compareMarkdown(pair: Pair, comparison: Comparison, now: string): string {
  const out: string[] = [`# ${escape(titleOf(pair.before, pair.after))}`, '', `${comparison.text.added} lines added, ${comparison.text.removed} removed in ${comparison.files.length} ${comparison.files.length === 1 ? 'file' : 'files'}.`, '', `**Behaviour: not computed.** ${comparison.behaviour.reason}`, '']
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

function describe(side: string, config: LoadedConfig): string {
  return `- ${side}: ${escape(config.summary.source)}, ${config.summary.product} ${config.summary.version}, SHA-256 \`${config.summary.hash}\``
}
