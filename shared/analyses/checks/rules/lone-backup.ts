import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'

/** Servers in use for one that stands by, from which on it cannot take over. */
const most = 3

export const loneBackup: NeutralCheck = {
  code: 'routing/lone-backup',
  severity: 'info',
  title: 'One backup for many servers',
  why: 'When all servers in use fail at once, the one that stands by gets everything they had together.',
  example: 'nginx',
  bad: `events {}
http {
    upstream app {
        server 192.0.2.1;
        server 192.0.2.2;
        server 192.0.2.3;
        server 192.0.2.4 backup;
    }
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_set_header Host $host;
            proxy_pass http://app;
        }
    }
}
`,
  good: `events {}
http {
    upstream app {
        server 192.0.2.1;
        server 192.0.2.2;
        server 192.0.2.3;
        server 192.0.2.4 backup;
        server 192.0.2.5 backup;
    }
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_set_header Host $host;
            proxy_pass http://app;
        }
    }
}
`,
  source: 'NG-62, N-UP-8b',
  postmortem: null,
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      const usable = pool.members.filter(({ options }) => options.state === 'enabled' && options.weight > 0)
      const first = usable.filter(({ options }) => options.level === 0)
      const [backup, second] = usable.filter(({ options }) => options.level > 0)
      const at = backup?.origin[0]
      if (backup === undefined || at === undefined || second !== undefined || first.length < most) continue
      found.push(diagnostic({
        code: loneBackup.code, severity: loneBackup.severity, source: loneBackup.source, at, names: [pool.name, backup.name],
        message: `If the ${first.length} servers of pool ${pool.name} fail, ${backup.name} alone gets 100% of its requests. Add backups, unless it only says that the service is down.`,
      }))
    }
    return found
  },
}
