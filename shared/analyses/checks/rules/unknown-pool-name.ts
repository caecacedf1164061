import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { describeAction } from '#shared/model/describe.ts'
import type { NeutralCheck } from '../check.ts'
import { leads } from '../walk.ts'

export const unknownPoolName: NeutralCheck = {
  code: 'routing/dynamic-pool-unknown',
  severity: 'error',
  title: 'A computed pool name that names no pool',
  why: 'The search for a pool stops there: later rules are passed over, and the requests go to the default or get 503.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend %[str(apii)]
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend %[hdr(x-pool)]
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'H-ORD-4, H-MAP-1; haproxy issue 2698',
  postmortem: 'routing-rules',
  run(model) {
    const found: Diagnostic[] = []
    for (const { placed, targets, entry } of leads(model)) {
      const { does } = placed.step
      // A static name that does not exist is the compiler's finding.
      if (does.kind !== 'dispatch') continue
      for (const unknown of targets.unknown) {
        const at = unknown.entry?.origin ?? placed.step.origin[0]
        if (at === undefined) continue
        const tail = unknown.name.includes(' ') ? ' The whole rest of the line is taken as the name.' : ''
        found.push(diagnostic({
          code: unknownPoolName.code, severity: unknownPoolName.severity, source: unknownPoolName.source, at, names: [entry.listener.group, unknown.entry?.key ?? '', unknown.name],
          message: `${unknown.entry === null ? 'This rule' : `The entry for ${unknown.entry.key}`} names pool '${unknown.name}', which does not exist: those requests do not try the rules below, they end with "${describeAction(does.onMiss)}".${tail}`,
          related: unknown.entry === null || placed.step.origin[0] === undefined ? [] : [{ at: placed.step.origin[0], message: 'The rule that looks it up.' }],
        }))
      }
    }
    return found
  },
}
