import { countWords, shownLine } from '#shared/analyses/behaviour-diff/index.ts'
import { pictureSvg } from '#shared/backend/export.ts'
import type { Pair } from '#shared/backend/pairs.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import type { Span } from '#shared/text/span.ts'
import { toneGlyph } from '#shared/presentation/presentation.ts'
import { diffPatch, type DiffReport } from './diff.ts'
import { toPlaces } from './json-shapes.ts'

const html = (text: string): string => maskSecrets(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)

const style = `body{font:15px/1.5 Inter,system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2230;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse}td,th{padding:.25rem .75rem;border-bottom:1px solid #d8dde6;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}pre{font:13px/1.45 "JetBrains Mono",ui-monospace,monospace;overflow:auto;border:1px solid #d8dde6;padding:1rem}
.verdict{border-left:4px solid #8a94a6;padding:.5rem 1rem;background:#f4f6f9}figure{margin:1rem 0;overflow:auto;border:1px solid #d8dde6}.add{background:#e6f4ea}.del{background:#fbe9e9}.glyph{display:inline-block;width:1.2em}
@media (prefers-color-scheme:dark){body{color:#e4e8f0;background:#14171f}td,th,pre,figure{border-color:#333a48}.verdict{background:#1d222d}.add{background:#15331f}.del{background:#3b1d1f}}`

/** The review as one page that needs nothing else: sentences, picture, shares, findings, text. No script. */
export function diffHtml(report: DiffReport, pair: Pair, ports: Ports): string {
  const { comparison, before, after } = report
  const title = `${before.summary.title} → ${after.summary.title}`
  const svg = pictureSvg(ports, pair, { grouping: 'auto', expanded: [], onlyChanged: false, query: '', limit: 2000 }, { format: 'svg', theme: 'light', scale: 1, title: '' }).replace(/^<\?xml[^>]*\?>\s*/, '')
  const parts: string[] = [
    `<h1>${html(title)}</h1>`, `<p class="verdict"><strong>${html(report.behaviour.headline.text)}</strong><br>${comparison.text.added} lines added, ${comparison.text.removed} removed.</p>`,
    ...trafficHtml(report),
    '<h2>What changes in the topology</h2>',
    comparison.sentences.length === 0 ? '<p>Nothing in the topology differs.</p>' : `<ul>${comparison.sentences.map((one) => `<li><span class="glyph">${html(toneGlyph[one.tone])}</span>${html(one.text)}${one.details.length === 0 ? '' : `<ul>${one.details.map((detail) => `<li>${html(detail)}</li>`).join('')}</ul>`}</li>`).join('')}</ul>`,
    `<h2>Topology</h2><figure>${svg}</figure>`,
  ]
  if (comparison.distribution.length > 0) {
    parts.push('<h2>Expected shares</h2><table><tr><th>Pool</th><th>Server</th><th class="n">Before</th><th class="n">After</th></tr>',
      ...comparison.distribution.map((row) => `<tr><td>${html(row.pool)}</td><td>${html(row.server)}</td><td class="n">${percent(row.before)}</td><td class="n">${percent(row.after)}</td></tr>`), '</table>')
  }
  for (const [heading, findings, side] of [['New findings', comparison.checks.introduced, after], ['Resolved findings', comparison.checks.resolved, before]] as const) {
    if (findings.length === 0) continue
    const places = toPlaces(side.files.map((file) => file.source))
    parts.push(`<h2>${heading}</h2><ul>`, ...findings.map((finding) => {
      const at = places.lineOf(finding.at)
      return `<li>${finding.severity}: ${html(finding.message)} <small>${html(at.file)} line ${at.line}, ${html(finding.code)}</small></li>`
    }), '</ul>')
  }
  if (comparison.notModelled.length > 0) parts.push('<h2>Not modelled</h2><ul>', ...comparison.notModelled.map((one) => `<li>${html(one.text)}</li>`), '</ul>')
  const patch = diffPatch(report)
  if (patch !== '') parts.push('<h2>Text</h2>', `<pre>${patch.split('\n').map((line) => (line.startsWith('+') ? `<span class="add">${html(line)}</span>` : line.startsWith('-') ? `<span class="del">${html(line)}</span>` : html(line))).join('\n')}</pre>`)
  parts.push(`<p><small>Before: ${html(before.summary.source)}, SHA-256 ${before.summary.hash}<br>After: ${html(after.summary.source)}, SHA-256 ${after.summary.hash}<br>Written by Steelyard ${html(report.steelyardVersion)} at ${html(ports.clock.now())}. Passwords and keys are masked.</small></p>`)
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><title>${html(title)}</title><style>${style}</style></head><body>\n${parts.join('\n')}\n</body></html>\n`
}

/** Every class of requests that goes elsewhere, then what cannot be told, then what the real balancer said. */
function trafficHtml({ behaviour, before, after, weights, proof }: DiffReport): readonly string[] {
  const places = { before: toPlaces(before.files.map((file) => file.source)), after: toPlaces(after.files.map((file) => file.source)) }
  const rule = (side: 'before' | 'after', at: Span | null): string => {
    if (at === null) return 'no rule'
    const found = places[side].ruleOf(at)
    return `${html(found.file)} line ${found.line}: <code>${html(found.text)}</code>`
  }
  const parts: string[] = []
  if (behaviour.differs.length > 0) {
    parts.push('<h2>What changes for traffic</h2><ul>', ...behaviour.differs.map((one) => {
      const share = weights?.shares[one.id]
      return `<li><span class="glyph">${html(toneGlyph[one.severity])}</span><strong>${html(one.severity)}</strong>: ${html(one.summary)}${share === undefined ? '' : ` (${percent(share)} of the requests in the log)`}<ul><li>${html(one.when)}${countWords(one)}</li><li>Was ${one.about === 'rules' ? 'decided' : 'said'} by ${rule('before', shownLine(one, 'before'))}</li><li>Now by ${rule('after', shownLine(one, 'after'))}</li><li><code>${html(one.curl)}</code></li></ul></li>`
    }), '</ul>')
  }
  if (behaviour.unknown.length > 0) parts.push('<h2>What cannot be told</h2><ul>', ...behaviour.unknown.map((region) => `<li>? ${html(region.when)}: ${html(region.because)} <small>${rule(region.side, region.at)}</small></li>`), '</ul>')
  if (proof !== null) parts.push('<h2>Asked the real balancer</h2>', `<p>${html(proof.sentence)}</p>`)
  return parts
}
