import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { hasOption } from '../listen.ts'
import type { NginxTree } from '../tree.ts'
import { addressGroups } from './addresses.ts'
import { configOf, finding, serverTitle } from './config.ts'

const shared = ['ssl', 'proxy_protocol']

export const tlsByOtherServer: Check<NginxTree> = {
  code: 'nginx/tls-by-other-server',
  severity: 'info',
  title: 'A server that speaks TLS because of another',
  why: 'ssl, http2 and proxy_protocol belong to the address; a server that does not write them has them all the same.',
  bad: `events {}
http {
    server {
        listen 8443 ssl;
        server_name a.test;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        return 200 a;
    }
    server {
        listen 8443;
        server_name b.test;
        return 200 b;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8443 ssl;
        server_name a.test;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        return 200 a;
    }
    server {
        listen 8444;
        server_name b.test;
        return 200 b;
    }
}
`,
  source: 'NG-41, N-TLS-4, N-LISTEN-2',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const [key, group] of addressGroups(config)) {
      for (const option of shared) {
        const giver = group.find(({ listen }) => listen !== null && hasOption(listen, option))
        if (giver?.listen === undefined || giver.listen === null) continue
        for (const { server, listen } of group) {
          const at = listen?.span ?? server.owner?.name.span
          if (at === undefined || (listen !== null && hasOption(listen, option))) continue
          found.push(finding(tlsByOtherServer, {
            at, names: [key, serverTitle(server), option], related: [{ at: giver.listen.span, message: 'Sets it for the address' }],
            message: `The server ${serverTitle(server)} has '${option}' on ${key} although it does not say so: ${serverTitle(giver.server)} sets it for the whole address. Write it here, or use another address.`,
          }))
        }
      }
    }
    return found
  },
}
