import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { listenAddress } from '../compile/listens.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding } from './config.ts'

export const addressOfTwoModules: Check<NginxTree> = {
  code: 'nginx/address-of-two-modules',
  severity: 'error',
  title: 'An address that both http and stream listen on',
  why: 'nginx -t finds nothing wrong, but the start fails, and on a reload the old configuration goes on serving.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 403;
    }
}
stream {
    server {
        listen 8080;
        proxy_pass 192.0.2.1:80;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 403;
    }
}
stream {
    server {
        listen 8081;
        proxy_pass 192.0.2.1:80;
    }
}
`,
  source: 'NG-53, N-STR-5',
  postmortem: null,
  run(context) {
    const { levels } = configOf(context)
    const keyOf = (text: string): string => {
      const { ip, fromPort, socket } = listenAddress(text)
      return socket ?? `${ip} ${fromPort}`
    }
    const lines = (kind: string) => levels.filter((level) => level.context === kind).flatMap((level) => all(level, 'listen').filter((line) => !line.args.some((word) => word.value === 'udp' || word.value === 'quic')))
    const web = new Map(lines('server').map((line) => [keyOf(argument(line, 0)), line]))
    const found: Diagnostic[] = []
    for (const line of lines('stream server')) {
      const text = argument(line, 0)
      const other = web.get(keyOf(text))
      if (other === undefined) continue
      found.push(finding(addressOfTwoModules, { at: line.span, names: [text], related: [{ at: other.span, message: 'A server of http listens here, too' }], message: `nginx cannot start: a server of stream and one of http both listen on ${text}, and nginx -t does not say so. Give one of them another address.` }))
    }
    return found
  },
}
