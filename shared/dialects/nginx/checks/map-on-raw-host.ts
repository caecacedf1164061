import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding } from './config.ts'

export const mapOnRawHost: Check<NginxTree> = {
  code: 'nginx/map-on-raw-host',
  severity: 'info',
  title: 'A map on the Host header as sent',
  why: 'The header may hold a port, capital letters or a final dot; $host does not.',
  bad: `events {}
http {
    map $http_host $pool {
        default a;
        b.example.com b;
    }
}
`,
  good: `events {}
http {
    map $host $pool {
        default a;
        b.example.com b;
    }
}
`,
  source: 'NG-25, N-MAP-5',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const map of all(level, 'map')) {
        const word = map.args[0]
        if (word === undefined || !/^\$\{?http_host\}?$/i.test(word.value)) continue
        const exact = (map.block?.directives ?? []).find((line) => line.args.length === 1 && /^[a-z0-9.*-]+\.[a-z0-9*-]+$/i.test(line.name.value))
        if (exact === undefined) continue
        found.push(finding(mapOnRawHost, {
          at: word.span, names: [argument(map, 1)], message: `Requests for '${exact.name.value}:8080' or '${exact.name.value}.' take the default of map ${argument(map, 1)}: $http_host is the header as sent. Use $host.`,
          fix: { title: 'Use $host', edits: [{ at: word.span, text: '$host' }] },
        }))
      }
    }
    return found
  },
}
