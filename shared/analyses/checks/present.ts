import type { Diagnostic, Severity } from '#shared/diagnostics/diagnostic.ts'
import type { Sentence, Table, Tone } from '#shared/presentation/presentation.ts'

const tones: Readonly<Record<Severity, Tone>> = { error: 'critical', warning: 'warning', info: 'notice' }

function counted(amount: number, word: string): string {
  return `${amount} ${word}${amount === 1 ? '' : 's'}`
}

/** Findings as a headline with counts, one sentence each, and a table. */
export function presentChecks(findings: readonly Diagnostic[]): { readonly headline: Sentence; readonly sentences: readonly Sentence[]; readonly tables: readonly Table[] } {
  const of = (severity: Severity): number => findings.filter((one) => one.severity === severity).length
  const parts = [[of('error'), 'error'], [of('warning'), 'warning'], [of('info'), 'note']] as const
  const text = findings.length === 0 ? 'No check has anything to say.' : `The checks found ${parts.filter(([amount]) => amount > 0).map(([amount, word]) => counted(amount, word)).join(', ')}.`
  return {
    headline: { id: 'checks', tone: of('error') > 0 ? 'critical' : of('warning') > 0 ? 'warning' : findings.length > 0 ? 'notice' : 'ok', text, details: [], highlights: [], before: [], after: [] },
    sentences: findings.map((one, index) => ({ id: `${one.fingerprint}#${index}`, tone: tones[one.severity], text: one.message, details: one.related.map((place) => place.message), highlights: [], before: [], after: [one.at] })),
    tables: [{
      columns: [{ key: 'severity', title: 'Severity', numeric: false }, { key: 'code', title: 'Check', numeric: false }, { key: 'message', title: 'Finding', numeric: false }, { key: 'source', title: 'Source', numeric: false }],
      rows: findings.map((one, index) => ({ id: `${one.fingerprint}#${index}`, cells: { severity: one.severity, code: one.code, message: one.message, source: one.source }, tone: tones[one.severity], highlights: [] })),
    }],
  }
}
