import type { Span, TextEdit } from '#shared/text/span.ts'

/** Published, never reused: `<dialect or "routing" or "input">/<kebab-case-name>`. */
export type DiagnosticCode = `${string}/${string}`

export type Severity = 'error' | 'warning' | 'info'

export interface RelatedPlace {
  readonly at: Span
  readonly message: string
}

export interface Fix {
  readonly title: string
  readonly edits: readonly TextEdit[]
}

/**
 * One finding about the user's input. Data, never thrown.
 *
 * `message` is one plain sentence naming the user's own objects: what happens to traffic, why, what to do.
 * `source` names the manual section, experiment or postmortem the rule comes from.
 * `fingerprint` is code plus names, without line numbers, so that waivers survive edits.
 */
export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: Severity
  readonly message: string
  readonly at: Span
  readonly related: readonly RelatedPlace[]
  readonly fix: Fix | null
  readonly source: string
  readonly fingerprint: string
}

/** Characters of a message, and of a name in a fingerprint, beyond which the middle is left out: damaged files have words of megabytes. */
const longestMessage = 1000
const longestName = 300

function withoutMiddle(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest * 0.7)}…${text.slice(text.length - longest * 0.2)}`
}

/** Fills what most findings leave empty. */
export function diagnostic(
  parts: Pick<Diagnostic, 'code' | 'severity' | 'message' | 'at' | 'source'> & {
    readonly names?: readonly string[]
    readonly related?: readonly RelatedPlace[]
    readonly fix?: Fix | null
  },
): Diagnostic {
  return {
    code: parts.code,
    severity: parts.severity,
    message: withoutMiddle(parts.message, longestMessage),
    at: parts.at,
    related: parts.related ?? [],
    fix: parts.fix ?? null,
    source: parts.source,
    fingerprint: [parts.code, ...(parts.names ?? []).map((name) => withoutMiddle(name, longestName))].join('|'),
  }
}

const severityRank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

/** Most severe first, then by place; stable for equal places. */
export function bySeverityThenPlace(a: Diagnostic, b: Diagnostic): number {
  return severityRank[a.severity] - severityRank[b.severity] || (a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : 0) || a.at.start - b.at.start
}
