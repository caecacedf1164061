import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Diagnostic, Fix, RelatedPlace } from '#shared/diagnostics/diagnostic.ts'
import type { Span } from '#shared/text/span.ts'

/** Parts of a finding about something that nginx refuses. */
export interface Refusal {
  readonly code: `nginx/${string}`
  /** Continues "nginx will not start: ". */
  readonly why: string
  readonly at: Span
  readonly names: readonly string[]
  readonly source?: string
  readonly related?: readonly RelatedPlace[]
  readonly fix?: Fix | null
}

export function refuse(findings: Diagnostic[], { code, why, at, names, source, related, fix }: Refusal): void {
  findings.push(diagnostic({ code, severity: 'error', message: `nginx will not start: ${why}.`, at, names, source: source ?? 'nginx -t of 1.22.1', related: related ?? [], fix: fix ?? null }))
}
