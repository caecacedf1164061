import { diagnostic, type Diagnostic, type RelatedPlace, type Severity } from '#shared/diagnostics/diagnostic.ts'
import type { DeadRule } from '../answer.ts'
import type { ShadowingCheck } from '../check.ts'
import { exampleWords, listed, ruleWords } from '../words.ts'

export const deadRule: ShadowingCheck = {
  code: 'routing/rule-never-matches',
  severity: 'error',
  title: 'A rule that several earlier rules together take every request from',
  why: 'Its pool gets nothing, and no single line above it looks guilty.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend read if { method GET HEAD }
    use_backend write if !{ method GET } !{ method HEAD }
    use_backend upload if { method PUT } { path_beg /files/ }
    default_backend read
backend read
    mode http
    server s1 192.0.2.1:80
backend write
    mode http
    server s1 192.0.2.2:80
backend upload
    mode http
    server s1 192.0.2.3:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend upload if { method PUT } { path_beg /files/ }
    use_backend read if { method GET HEAD }
    default_backend write
backend read
    mode http
    server s1 192.0.2.1:80
backend write
    mode http
    server s1 192.0.2.2:80
backend upload
    mode http
    server s1 192.0.2.3:80
`,
  source: 'HAProxy configuration manual, "use_backend"; H-ORD-3',
  postmortem: 'routing-rules',
  sharesCode: true,
  findings(answer) {
    const entries = new Map<string, DeadRule[]>()
    const found: Diagnostic[] = []
    for (const rule of answer.dead) {
      if (rule.because === 'contradiction' || rule.harmless || rule.at === null) continue
      if (rule.kind !== 'entry') found.push(findingOf(rule, 0))
      else entries.set(rule.owner, [...(entries.get(rule.owner) ?? []), rule])
    }
    for (const group of entries.values()) found.push(findingOf(group[0] as DeadRule, group.length - 1))
    return found
  },
}

/** A lost destination is worse than a guard that is never needed, and a default is there in case. */
export function severityOf({ kind, guard, when }: DeadRule): Severity {
  return when === '' ? 'info' : kind === 'rule' && !guard ? 'error' : kind === 'rule' || !guard ? 'warning' : 'info'
}

/** `more`: further entries of the same table. */
function findingOf(rule: DeadRule, more: number): Diagnostic {
  const { takers, owner } = rule
  const subject = rule.kind === 'entry' ? `The entry of ${owner} where ${rule.when} (${rule.does})${more === 0 ? '' : ` and ${more} more of its entries`}` : `This rule of ${owner} (${ruleWords(rule)})`
  const count = takers.length + rule.more
  const names = listed([...takers.slice(0, 3).map((taker) => `"${ruleWords(taker)}"`), ...(count > 3 ? [`${count - 3} more`] : [])])
  const because = rule.because === 'skipped' ? 'every request that it would match leaves this list at an earlier line'
    : count === 0 ? 'earlier rules take all of its requests'
      : count === 1 ? `an earlier rule, ${names}, takes all of its requests` : `${count} earlier rules together take all of its requests: ${names}`
  const example = takers.find((taker) => taker.example !== null)?.example ?? null
  const idle = rule.idle.length === 0 ? '' : ` Nothing else leads to ${rule.idle.length === 1 ? 'pool' : 'pools'} ${listed(rule.idle)}.`
  const advice = rule.when === '' ? 'Delete it, if it is not there in case.' : rule.because === 'skipped' ? 'Move it above that line, or delete it.' : 'Move the more specific rule up, or delete it.'
  return diagnostic({
    code: deadRule.code, severity: severityOf(rule), source: deadRule.source, at: rule.at as NonNullable<DeadRule['at']>, names: [owner.replace(/^\S+ /, ''), rule.does, rule.when === '' ? 'always' : rule.when],
    message: `${subject} can never match: ${because}.${example === null ? '' : ` For example, ${exampleWords(example)}.`}${idle} ${advice}`,
    related: takers.flatMap((taker): RelatedPlace[] => (taker.at === null ? [] : [{ at: taker.at, message: taker.example === null ? 'This rule takes some of its requests.' : `This rule takes some of its requests: ${exampleWords(taker.example)}.` }])),
  })
}
