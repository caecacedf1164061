import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { sectionName, statements } from './lines.ts'

const httpOnly: ReadonlySet<string> = new Set(['http-request', 'http-response', 'http-after-response', 'redirect', 'cookie'])

export const ignoredInTcp: Check<HaproxyTree> = {
  code: 'haproxy/http-rule-in-tcp-mode',
  severity: 'error',
  title: 'HTTP rules in a proxy that works in TCP mode',
  why: 'The line stands in the file and does nothing: a deny there denies nothing.',
  bad: `frontend web
    mode tcp
    bind :8080
    http-request deny if { path_beg /admin/ }
    default_backend api
backend api
    mode tcp
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    http-request deny if { path_beg /admin/ }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, "mode"; H-MODE-1',
  postmortem: 'routing-rules',
  run(context) {
    const { model } = context
    // The model knows the mode after inheritance.
    const frontends = new Map(model.listeners.map((listener) => [listener.group, listener.protocol]))
    const backends = new Map(model.pools.map((pool) => [pool.name, pool.protocol]))
    const found: Diagnostic[] = []
    for (const statement of statements(context, httpOnly)) {
      const { section, words } = statement
      if (section.name === null) continue
      const mode = section.kind === 'frontend' ? frontends.get(section.name) : section.kind === 'backend' ? backends.get(section.name) : section.kind === 'listen' ? (frontends.get(section.name) ?? backends.get(section.name)) : undefined
      if (mode !== 'tcp') continue
      found.push(diagnostic({
        code: ignoredInTcp.code, severity: ignoredInTcp.severity, source: ignoredInTcp.source, at: statement.at, names: [sectionName(section), ...words.slice(0, 4)],
        message: `This ${words.slice(0, words[0]?.startsWith('http-') === true ? 2 : 1).join(' ')} rule is ignored because ${sectionName(section)} works in TCP mode. Set mode http, or use tcp-request rules.`,
      }))
    }
    return found
  },
}
