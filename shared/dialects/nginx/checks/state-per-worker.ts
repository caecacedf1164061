import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, own } from './config.ts'

export const statePerWorker: Check<NginxTree> = {
  code: 'nginx/state-per-worker',
  severity: 'info',
  title: 'Balancing that each worker does alone',
  why: 'Without a zone counts of connections and failures are kept by each worker, so least_conn and max_conns work on a part of the truth.',
  bad: `events {}
http {
    upstream app {
        least_conn;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  good: `events {}
http {
    upstream app {
        zone app 64k;
        least_conn;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  source: 'NG-56, N-UP-17',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const workers = config.expansion.directives.find((directive) => directive.name.value === 'worker_processes')
    if (workers?.args[0]?.value === '1') return found
    for (const level of config.levels) {
      if ((level.context !== 'upstream' && level.context !== 'stream upstream') || own(level, 'zone') !== null || all(level, 'server').length < 2) continue
      const cause = own(level, 'least_conn') ?? all(level, 'server').find((server) => server.args.some((word) => word.value.startsWith('max_conns='))) ?? null
      if (cause === null) continue
      const name = level.owner?.args[0]?.value ?? ''
      found.push(finding(statePerWorker, { at: cause.span, names: [name], message: `Each worker counts the connections of upstream ${name} for itself, as the group has no zone. Add 'zone ${name} 64k'.` }))
    }
    return found
  },
}
