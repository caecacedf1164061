import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { describeAction, describePredicate } from '#shared/model/describe.ts'
import { conjuncts } from '#shared/model/implication.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Scope } from '#shared/model/routing-model.ts'
import type { NeutralCheck } from '../check.ts'

function isChosenByClient(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'test': {
      const { field } = predicate.view
      return (field.kind === 'header' && field.name !== 'host') || field.kind === 'cookie' || field.kind === 'query-parameter'
    }
    case 'named': return isChosenByClient(predicate.of)
    case 'or': return predicate.of.some(isChosenByClient)
    default: return false
  }
}

/** The header is removed or set by an earlier rule of the list, so the client's value never gets here. */
function isGuarded(scope: Scope, before: number, predicate: Predicate): boolean {
  const names = new Set<string>()
  const collect = (part: Predicate): void => {
    if (part.kind === 'test' && part.view.field.kind === 'header') names.add(part.view.field.name.toLowerCase())
    else if (part.kind === 'named' || part.kind === 'not') collect(part.of)
    else if (part.kind === 'and' || part.kind === 'or') part.of.forEach(collect)
  }
  collect(predicate)
  return scope.steps.slice(0, before).some(({ does }) => (does.kind === 'delete-header' || does.kind === 'set-header') && names.has(does.name.toLowerCase()))
}

export const spoofableAllow: NeutralCheck = {
  code: 'routing/allow-by-client-field',
  severity: 'warning',
  title: 'An allow rule that any client can satisfy',
  why: 'Whoever sends the header, cookie or parameter skips the protection below.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    http-request allow if { req.hdr(x-internal) 1 }
    http-request deny if { path_beg /admin/ }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    http-request allow if { src 10.0.0.0/8 }
    http-request deny if { path_beg /admin/ }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, "http-request allow"; H-ORD-10',
  postmortem: null,
  run(model) {
    const found: Diagnostic[] = []
    for (const scope of model.scopes.values()) {
      scope.steps.forEach((step, index) => {
        const at = step.origin[0]
        if (step.does.kind !== 'leave' || at === undefined) return
        const parts = conjuncts(step.when)
        // Every part must be the client's choice: an address test beside it cannot be forged.
        if (parts.length === 0 || !parts.every(isChosenByClient) || isGuarded(scope, index, step.when)) return
        const guard = scope.steps.slice(index + 1).find((later) => later.does.kind === 'deny' || later.does.kind === 'close' || (later.does.kind === 'respond' && later.does.status === 401))
        if (guard?.origin[0] === undefined) return
        found.push(diagnostic({
          code: spoofableAllow.code, severity: spoofableAllow.severity, source: spoofableAllow.source, at, names: [scope.id, describePredicate(step.when)],
          message: `Any client can send a request where ${describePredicate(step.when)}, and it then skips the rule below (${describeAction(guard.does)}). Test the source address or a client certificate, or remove the field first.`,
          related: [{ at: guard.origin[0], message: 'This rule is skipped.' }],
        }))
      })
    }
    return found
  },
}
