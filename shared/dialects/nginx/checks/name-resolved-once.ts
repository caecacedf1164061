import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { parseIp } from '#shared/requests/ip.ts'
import type { NginxTree, Word } from '../tree.ts'
import { all, configOf, finding, own, targetOf, upstreamNames } from './config.ts'

export const nameResolvedOnce: Check<NginxTree> = {
  code: 'nginx/name-resolved-once',
  severity: 'info',
  title: 'A server name that is looked up only at start',
  why: 'When the address behind the name changes, nginx goes on with the old one, which may belong to somebody else by then.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass http://app.example.com;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  source: 'NG-45, N-PP-10',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const groups = upstreamNames(config, 'http')
    const seen = new Set<string>()
    const report = (word: Word, host: string): void => {
      if (!host.includes('.') || host.includes('$') || parseIp(host) !== null || seen.has(host)) return
      seen.add(host)
      found.push(finding(nameResolvedOnce, { at: word.span, names: [host], message: `The name ${host} is looked up once, when nginx starts: if its address changes, requests go to the old one until a reload. Use a variable and a resolver, or 'resolve' (1.27.3) in an upstream with a zone.` }))
    }
    for (const level of config.levels) {
      const target = targetOf(own(level, 'proxy_pass')?.args[0])
      const word = own(level, 'proxy_pass')?.args[0]
      if (target !== null && word !== undefined && !word.value.includes('$') && !groups.has(target.host)) report(word, target.host)
      if (level.context !== 'upstream' && level.context !== 'stream upstream') continue
      for (const server of all(level, 'server')) {
        const [address] = server.args
        if (address === undefined || address.value.startsWith('unix:') || server.args.some((option) => option.value === 'resolve')) continue
        report(address, address.value.replace(/:\d+$/, '').toLowerCase())
      }
    }
    return found
  },
}
