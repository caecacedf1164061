import type { Diagnostic, Severity } from '#shared/diagnostics/diagnostic.ts'
import type { Sentence, Table, Tone } from '#shared/presentation/presentation.ts'
import type { Shadowing } from './answer.ts'
import { shadowingFindings } from './checks.ts'

const tones: Readonly<Record<Severity, Tone>> = { error: 'critical', warning: 'warning', info: 'notice' }

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/** The answer as a headline, one sentence for each finding, and a table. */
export function presentShadowing(answer: Shadowing): { readonly headline: Sentence; readonly sentences: readonly Sentence[]; readonly tables: readonly Table[] } {
  const findings = shadowingFindings(answer)
  const { undecided, work } = answer
  const open = undecided.count === 0 && undecided.because === null ? '' : ` ${undecided.count === 0 ? 'Nothing was looked at' : `${counted(undecided.count, 'rule was', 'rules were')} not decided`}: ${undecided.because ?? ''}.`
  const text = findings.length > 0 ? `${counted(findings.length, 'place has', 'places have')} rules that lose requests or leave some out.`
    : open === '' ? `Each of ${counted(work.rules, 'deciding rule', 'deciding rules')} is reached by some request.` : 'No dead rule was found.'
  const has = (severity: Severity): boolean => findings.some((one) => one.severity === severity)
  const idOf = (one: Diagnostic, index: number): string => `${one.fingerprint}#${index}`
  return {
    headline: { id: 'shadowing', tone: has('error') ? 'critical' : has('warning') ? 'warning' : findings.length > 0 ? 'notice' : open === '' ? 'ok' : 'unknown', text: `${text}${open}`, details: [], highlights: [], before: [], after: [] },
    sentences: findings.map((one, index) => ({ id: idOf(one, index), tone: tones[one.severity], text: one.message, details: one.related.map((place) => place.message), highlights: [], before: [], after: [one.at] })),
    tables: [{
      columns: [{ key: 'severity', title: 'Severity', numeric: false }, { key: 'code', title: 'Check', numeric: false }, { key: 'message', title: 'Finding', numeric: false }],
      rows: findings.map((one, index) => ({ id: idOf(one, index), cells: { severity: one.severity, code: one.code, message: one.message }, tone: tones[one.severity], highlights: [] })),
    }],
  }
}
