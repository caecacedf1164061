import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Listener } from '#shared/model/routing-model.ts'
import type { NeutralCheck } from '../check.ts'

export const addressBoundTwice: NeutralCheck = {
  code: 'routing/address-bound-twice',
  severity: 'error',
  title: 'Two listeners on one address',
  why: 'The system spreads connections between them: part of the traffic follows the rules of the other one, and the error looks random.',
  example: 'haproxy',
  bad: `frontend a
    mode http
    bind 192.0.2.9:8080
    default_backend api
frontend b
    mode http
    bind 192.0.2.9:8080
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend a
    mode http
    bind 192.0.2.9:8080
    default_backend api
frontend b
    mode http
    bind 192.0.2.9:8081
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'H-BND-1; haproxy issues 868, 3459',
  postmortem: 'routing-rules',
  run(model) {
    const byId = new Map(model.listeners.map((listener) => [listener.id, listener]))
    const found: Diagnostic[] = []
    for (const conflict of model.conflicts) {
      if (conflict.decidedBy !== 'kernel') continue
      const listeners = conflict.listeners.map((id) => byId.get(id)).filter((one): one is Listener => one !== undefined && one.enabled)
      const first = listeners[0]
      const last = listeners[listeners.length - 1]
      if (first === undefined || last === undefined || first === last || last.origin[0] === undefined) continue
      const groups = [...new Set(listeners.map((one) => one.group))]
      // Two binds of one frontend lead to the same rules.
      if (groups.length < 2) continue
      found.push(diagnostic({
        code: addressBoundTwice.code, severity: addressBoundTwice.severity, source: addressBoundTwice.source, at: last.origin[0], names: [conflict.address, ...groups],
        message: `Connections to ${conflict.address} are spread at random between ${groups.join(' and ')}, because all of them bind it. Bind each address once.`,
        related: first.origin[0] === undefined ? [] : [{ at: first.origin[0], message: `${first.group} binds it here.` }],
      }))
    }
    return found
  },
}
