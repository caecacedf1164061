import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding } from './config.ts'

const methods = new Set(['hash', 'ip_hash', 'least_conn', 'random', 'least_time'])

export const balancingReplaced: Check<NginxTree> = {
  code: 'nginx/balancing-replaced',
  severity: 'warning',
  title: 'A balancing method that another replaces',
  why: 'Only the last method of a group counts; nginx warns, and starts.',
  bad: `events {}
http {
    upstream app {
        least_conn;
        ip_hash;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  good: `events {}
http {
    upstream app {
        ip_hash;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  source: 'NG-64, N-UP-9b',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      if (level.context !== 'upstream' && level.context !== 'stream upstream') continue
      const used = level.directives.filter((directive) => methods.has(directive.name.value))
      const last = used.at(-1)
      const name = level.owner?.args[0]?.value ?? ''
      for (const directive of used.slice(0, -1)) {
        if (last === undefined) continue
        found.push(finding(balancingReplaced, { at: directive.span, names: [name, directive.name.value, last.name.value], related: [{ at: last.span, message: 'This one counts' }], message: `'${directive.name.value}' of upstream ${name} has no effect: ${last.name.value} below replaces it. Keep one of them.` }))
      }
    }
    return found
  },
}
