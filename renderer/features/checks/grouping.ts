import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { TopologyNode, TopologyView } from '#shared/view/topology-view.ts'

export interface DiagnosticGroup {
  readonly key: string
  readonly title: string
  readonly diagnostics: readonly Diagnostic[]
}

const severityTitles = { error: 'Errors', warning: 'Warnings', info: 'Notes' } as const

/** Every word of `filter` must stand in the code, the message, the file or the source. */
export function filterDiagnostics(diagnostics: readonly Diagnostic[], filter: string): readonly Diagnostic[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return diagnostics
  return diagnostics.filter((each) => {
    const text = `${each.code} ${each.message} ${each.at.file} ${each.source} ${each.severity}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** Errors, warnings, notes; empty groups are left out. */
export function groupBySeverity(diagnostics: readonly Diagnostic[]): readonly DiagnosticGroup[] {
  return (['error', 'warning', 'info'] as const)
    .map((severity) => ({ key: severity, title: severityTitles[severity], diagnostics: diagnostics.filter((each) => each.severity === severity) }))
    .filter((group) => group.diagnostics.length > 0)
}

/**
 * By the listener or pool whose lines the finding stands in; `elsewhere` for the rest.
 * A pool's own line opens its section, so a finding belongs to the last listener or pool that starts before it.
 */
export function groupByObject(diagnostics: readonly Diagnostic[], view: TopologyView | null): readonly DiagnosticGroup[] {
  const starts = (view?.nodes ?? [])
    .filter((node) => node.column === 'listener' || node.column === 'pool')
    .flatMap((node) => node.after.slice(0, 1).map((span) => ({ file: span.file, start: span.start, node })))
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start))
  const groups = new Map<string, { title: string; diagnostics: Diagnostic[] }>()
  for (const diagnostic of diagnostics) {
    let owner: TopologyNode | null = null
    for (const each of starts) if (each.file === diagnostic.at.file && each.start <= diagnostic.at.start) owner = each.node
    const key = owner?.id ?? 'elsewhere'
    const group = groups.get(key) ?? { title: owner === null ? 'Elsewhere' : `${owner.kindWord} ${owner.title}`, diagnostics: [] }
    group.diagnostics.push(diagnostic)
    groups.set(key, group)
  }
  return [...groups].map(([key, group]) => ({ key, ...group })).sort((a, b) => worst(a) - worst(b) || b.diagnostics.length - a.diagnostics.length)
}

function worst(group: DiagnosticGroup): number {
  return Math.min(...group.diagnostics.map((each) => (each.severity === 'error' ? 0 : each.severity === 'warning' ? 1 : 2)))
}

/** The findings as a checklist to paste into a ticket. `lineOf`: one-based line, or null where it is not known. */
export function toChecklist(title: string, groups: readonly DiagnosticGroup[], lineOf: (diagnostic: Diagnostic) => number | null): string {
  const lines = [`# Checks of ${title}`, '']
  if (groups.length === 0) lines.push('No findings.')
  for (const group of groups) {
    lines.push(`## ${group.title} (${group.diagnostics.length})`, '')
    for (const each of group.diagnostics) {
      const line = lineOf(each)
      lines.push(`- [ ] ${each.message} (${each.code}, ${each.at.file}${line === null ? '' : `:${line}`})`)
    }
    lines.push('')
  }
  return `${lines.join('\n').trimEnd()}\n`
}
