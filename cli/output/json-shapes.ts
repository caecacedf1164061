import type { RouteAnswer } from '#shared/analyses/route/answer.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import type { FilePath, Span } from '#shared/text/span.ts'

/** The published shapes (schema version 1): spans become file and one-based line and column here and nowhere else. */
export const schemaVersion = 1

export interface JsonRange {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

export interface JsonRule {
  readonly file: string
  readonly line: number
  readonly text: string
}

/** Turns spans of one config into places. A span of a file that is not known becomes line 1. */
export interface Places {
  readonly rangeOf: (at: Span) => JsonRange
  readonly lineOf: (at: Span) => { readonly file: string; readonly line: number }
  readonly ruleOf: (at: Span) => JsonRule
}

export function toPlaces(files: readonly SourceFile[]): Places {
  const texts = new Map(files.map((file) => [file.path, file.text]))
  const indexes = new Map<FilePath, LineIndex>()
  const indexOf = (file: FilePath): LineIndex => {
    const known = indexes.get(file) ?? new LineIndex(texts.get(file) ?? '')
    indexes.set(file, known)
    return known
  }
  return {
    rangeOf: (at) => ({ file: at.file, ...indexOf(at.file).rangeOf(at) }),
    lineOf: (at) => ({ file: at.file, line: indexOf(at.file).lineOf(at.start) + 1 }),
    ruleOf(at) {
      const index = indexOf(at.file)
      const line = index.lineOf(at.start)
      // The rule itself where its span covers one, without the blanks and line joins between its words.
      const text = at.end > at.start ? index.text.slice(at.start, at.end) : index.textOfLine(line)
      return { file: at.file, line: line + 1, text: text.replace(/\\\r?\n/g, ' ').replace(/\s+/g, ' ').trim() }
    },
  }
}

/** A finding in the published shape. */
export function toJsonFinding(finding: Diagnostic, places: Places): object {
  return {
    code: finding.code, severity: finding.severity, message: finding.message, at: places.rangeOf(finding.at),
    related: finding.related.map((related) => ({ at: places.rangeOf(related.at), message: related.message })),
    fix: finding.fix === null ? null : { title: finding.fix.title, edits: finding.fix.edits.map((edit) => ({ at: places.rangeOf(edit.at), text: edit.text })) },
    source: finding.source, fingerprint: finding.fingerprint,
  }
}

export function toJsonOutcome(outcome: Outcome, places: Places): object {
  switch (outcome.action) {
    case 'forward': return { action: 'forward', pool: outcome.pool, path: outcome.path, servers: outcome.servers.map((server) => ({ name: server.name, address: server.address, share: server.share })) }
    case 'split': return { action: 'split', pools: outcome.pools.map((pool) => ({ pool: pool.pool, share: pool.share })), path: outcome.path }
    case 'unmodelled': return { action: 'unmodelled', reason: outcome.reason, at: places.lineOf(outcome.at) }
    case 'redirect': case 'respond': case 'deny': case 'serve': case 'close': return { ...outcome }
  }
}

/** One output line of `route`. `steps` only when asked for; `depends` only when the answer is not certain. */
export function toJsonRoute(answer: RouteAnswer, places: Places, explain: boolean): object {
  return {
    certain: answer.certain, outcome: toJsonOutcome(answer.outcome, places), rule: answer.rule === null ? null : places.ruleOf(answer.rule),
    ...(answer.certain ? {} : { depends: answer.depends.map((one) => ({ text: one.text, reason: one.reason, at: places.lineOf(one.at) })) }),
    ...(explain ? { steps: answer.steps.map((step) => ({ rule: places.ruleOf(step.at), matched: step.matched, decides: step.decides, reason: step.reason, became: step.became })) } : {}),
  }
}

/** JSON with the secrets inside its strings masked. Masking the finished text could eat a closing quote. */
export function maskedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'string' ? maskSecrets(item) : item), 2)
}
