import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { factsOf } from '../support.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding } from './config.ts'

export const newerDirective: Check<NginxTree> = {
  code: 'nginx/newer-directive',
  severity: 'info',
  title: 'A directive that needs a newer nginx',
  why: 'An older nginx does not start with it.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        http2 on;
        return 200;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 200;
    }
}
`,
  source: 'NG-66',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const seen = new Set<string>()
    for (const level of config.levels) {
      for (const directive of level.directives) {
        const name = directive.name.value
        const facts = factsOf(name).filter((one) => one.contexts === null || one.contexts.has(level.context))
        const since = facts.length > 0 && facts.every((one) => one.entry.since !== null) ? facts[0]?.entry.since : null
        if (since === null || since === undefined || seen.has(name)) continue
        seen.add(name)
        found.push(finding(newerDirective, { at: directive.name.span, names: [name], message: `'${name}' needs nginx ${since} or newer; an older one does not start with this config.` }))
      }
    }
    return found
  },
}
