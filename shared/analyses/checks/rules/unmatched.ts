import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { fullCondition } from '#shared/model/decision-order.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { isAction } from '#shared/model/routing-model.ts'
import type { NeutralCheck } from '../check.ts'
import { entriesOf } from '../walk.ts'

/**
 * Can one ordinary request fail this condition and others like it at once? True only where that is certain: tests on
 * a header, path or address whose values leave room, without negation. A request with an unusual host, path and
 * headers fails them all.
 */
function leavesRoom(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'named': return leavesRoom(predicate.of)
    case 'false': return true
    case 'and': return predicate.of.some(leavesRoom)
    case 'or': return predicate.of.every(leavesRoom)
    case 'test': {
      const { field } = predicate.view
      if (predicate.view.transforms.some((transform) => transform.kind !== 'lower' && transform.kind !== 'field' && transform.kind !== 'host-only' && transform.kind !== 'url-decode')) return false
      if (field.kind === 'source-ip' && predicate.matcher.kind === 'network') return predicate.matcher.networks.every((network) => !network.endsWith('/0'))
      const open = field.kind === 'target' || field.kind === 'path-and-query' || field.kind === 'header' || field.kind === 'path' || field.kind === 'base' || field.kind === 'cookie' || field.kind === 'query-parameter' || field.kind === 'sni'
      if (!open) return false
      switch (predicate.matcher.kind) {
        case 'exact': return true
        case 'prefix': case 'suffix': case 'substring': return predicate.matcher.values.every((value) => value.length > 1)
        case 'path-part': case 'domain-part': return predicate.matcher.values.every((value) => value.replaceAll('/', '').replaceAll('.', '') !== '')
        case 'never': return true
        default: return false
      }
    }
    case 'true': case 'not': case 'opaque': case 'chance': return false
  }
}

export const unmatched: NeutralCheck = {
  code: 'routing/unmatched-requests',
  severity: 'warning',
  title: 'Requests that no rule matches have no pool',
  why: 'A new host or path, or a lost rule, becomes an outage for exactly those requests, without a message.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend api if { hdr(host) -i api.example }
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend api if { hdr(host) -i api.example }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, "default_backend"; H-ORD-5',
  postmortem: 'routing-rules',
  run(model) {
    const found: Diagnostic[] = []
    for (const { listener, listeners, order, shadowed } of entriesOf(model)) {
      const last = order[order.length - 1]
      if (last === undefined || !last.isOtherwise || last.step.does.kind !== 'respond' || shadowed.has(order.length - 1)) continue
      const deciding = order.filter((placed) => !placed.isOtherwise && isAction(placed.step.does) && placed.step.does.kind !== 'leave' && placed.step.does.kind !== 'enter')
      if (!deciding.some((placed) => placed.step.does.kind === 'forward' || placed.step.does.kind === 'dispatch')) continue
      if (!listeners.some((one) => one.enabled) || !deciding.every((placed) => leavesRoom(fullCondition(placed)))) continue
      const at = listener.origin[0] ?? deciding[0]?.step.origin[0]
      if (at === undefined) continue
      found.push(diagnostic({
        code: unmatched.code, severity: unmatched.severity, source: unmatched.source, at, names: [listener.group],
        message: `Requests to ${listener.kind} ${listener.group} that match none of its ${deciding.length} rules get ${last.step.does.status}: there is no default. Add one, or answer them on purpose.`,
      }))
    }
    return found
  },
}
