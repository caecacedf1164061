import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Predicate, Test } from '#shared/model/predicate.ts'
import type { NeutralCheck } from '../check.ts'
import { entriesOf } from '../walk.ts'

function sniTests(predicate: Predicate, found: Test[]): void {
  switch (predicate.kind) {
    case 'test':
      if (predicate.view.field.kind === 'sni') found.push(predicate)
      break
    case 'named': case 'not':
      sniTests(predicate.of, found)
      break
    case 'and': case 'or':
      for (const part of predicate.of) sniTests(part, found)
      break
    case 'true': case 'false': case 'opaque': case 'chance':
      break
  }
}

export const serverNameNeverSeen: NeutralCheck = {
  code: 'routing/server-name-never-seen',
  severity: 'error',
  title: 'A test of the TLS server name where it is never known',
  why: 'The value is always empty, so everything goes to the default.',
  example: 'haproxy',
  bad: `frontend web
    mode tcp
    bind :8443
    use_backend api if { ssl_fc_sni api.example }
    default_backend web
backend api
    mode tcp
    server s1 192.0.2.1:443
backend web
    mode tcp
    server s1 192.0.2.2:443
`,
  good: `frontend web
    mode tcp
    bind :8443
    tcp-request inspect-delay 5s
    tcp-request content accept if { req.ssl_hello_type 1 }
    use_backend api if { req.ssl_sni api.example }
    default_backend web
backend api
    mode tcp
    server s1 192.0.2.1:443
backend web
    mode tcp
    server s1 192.0.2.2:443
`,
  source: 'H-SNI-3',
  postmortem: 'routing-rules',
  run(model) {
    const found: Diagnostic[] = []
    const told = new Set<string>()
    for (const { listener, listeners, order } of entriesOf(model)) {
      const tls = listeners.filter((one) => one.tls !== null).length
      if (tls > 0 && tls < listeners.length) continue
      for (const { step } of order) {
        const tests: Test[] = []
        sniTests(step.when, tests)
        for (const test of tests) {
          const { field } = test.view
          if (field.kind !== 'sni' || (field.seen === 'terminated') === tls > 0) continue
          const key = `${test.origin.file}:${test.origin.start}:${test.origin.end}`
          if (told.has(key)) continue
          told.add(key)
          found.push(diagnostic({
            code: serverNameNeverSeen.code, severity: serverNameNeverSeen.severity, source: serverNameNeverSeen.source, at: test.origin, names: [listener.group, field.seen],
            message: field.seen === 'terminated'
              ? `The TLS server name is never known in ${listener.kind} ${listener.group}, because none of its addresses ends TLS: this test never holds. Use req.ssl_sni where TLS passes through.`
              : `The TLS handshake is never visible in ${listener.kind} ${listener.group}, because its addresses end TLS themselves: this test never holds. Use ssl_fc_sni.`,
          }))
        }
      }
    }
    return found
  },
}
