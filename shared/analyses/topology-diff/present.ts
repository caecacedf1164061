import { describeAction, describePredicate } from '#shared/model/describe.ts'
import type { Step } from '#shared/model/routing-model.ts'
import type { Sentence, Table, TableRow, Tone } from '#shared/presentation/presentation.ts'
import type { ElementChange, ElementChangeKind, SettingChange, TopologyDifference } from './answer.ts'

function tone(kind: ElementChangeKind): Tone {
  return kind === 'added' || kind === 'removed' ? kind : 'changed'
}

function settingsText(settings: readonly SettingChange[]): string {
  return settings.map((one) => `${one.setting}: ${one.before ?? '(not set)'} → ${one.after ?? '(not set)'}`).join('; ')
}

function ruleText(step: Step | null): string {
  if (step === null) return ''
  return step.when.kind === 'true' ? describeAction(step.does) : `${describeAction(step.does)} if ${describePredicate(step.when)}`
}

function row(id: string, what: string, name: string, change: ElementChange<unknown>, highlights: readonly string[]): TableRow {
  return { id, cells: { what, name, change: change.kind, settings: settingsText(change.settings) }, tone: tone(change.kind), highlights }
}

/** The difference as a headline with counts and one table, a row per element that differs. */
export function presentDifference(difference: TopologyDifference): { readonly headline: Sentence; readonly sentences: readonly Sentence[]; readonly tables: readonly Table[] } {
  const rows: TableRow[] = []
  for (const change of difference.listeners) {
    const name = (change.after ?? change.before)?.name ?? ''
    rows.push(row(`listener ${name}`, 'listener', name, change, [`listener:${name}`]))
  }
  let rules = 0
  for (const scope of difference.scopes) {
    scope.steps.forEach((change, index) => {
      rules += 1
      rows.push(row(`rule ${(scope.after ?? scope.before)?.id ?? ''} ${index}`, 'rule', ruleText(change.after ?? change.before), change, []))
    })
  }
  let servers = 0
  for (const change of difference.pools) {
    const pool = change.after ?? change.before
    rows.push(row(`pool ${pool?.name ?? ''}`, 'pool', pool?.name ?? '', change, pool === null ? [] : [pool.id]))
    for (const member of change.members) {
      servers += 1
      const server = member.after ?? member.before
      rows.push(row(`server ${server?.id ?? ''}`, 'server', `${pool?.name ?? ''}/${server?.name ?? ''}`, member, server === null ? [] : [server.id]))
    }
  }
  const counts = [[difference.listeners.length, 'listeners'], [rules, 'rules'], [difference.pools.length, 'pools'], [servers, 'servers']] as const
  const parts = counts.filter(([amount]) => amount > 0).map(([amount, word]) => `${amount} ${amount === 1 ? word.slice(0, -1) : word}`)
  const text = parts.length === 0 ? 'The topology is the same.' : `${parts.join(', ')} ${rows.length === 1 ? 'differs' : 'differ'}.`
  return {
    headline: { id: 'topology-diff', tone: parts.length === 0 ? 'same' : 'changed', text, details: [], highlights: rows.flatMap((one) => one.highlights).slice(0, 200), before: [], after: [] },
    sentences: [],
    tables: [{ columns: [{ key: 'what', title: 'Element', numeric: false }, { key: 'name', title: 'Name', numeric: false }, { key: 'change', title: 'Change', numeric: false }, { key: 'settings', title: 'Settings', numeric: false }], rows }],
  }
}
