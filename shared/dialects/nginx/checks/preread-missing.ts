import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { all, argument, configOf, finding, own, title, valueOf } from './config.ts'

export const prereadMissing: Check<NginxTree> = {
  code: 'nginx/preread-missing',
  severity: 'warning',
  title: 'A choice by name without reading the name',
  why: 'Without ssl_preread the name and protocols a TLS client asks for are empty, so every connection takes the default.',
  bad: `events {}
stream {
    map $ssl_preread_server_name $pool {
        default 192.0.2.1:443;
        b.test 192.0.2.2:443;
    }
    server {
        listen 8443;
        proxy_pass $pool;
    }
}
`,
  good: `events {}
stream {
    map $ssl_preread_server_name $pool {
        default 192.0.2.1:443;
        b.test 192.0.2.2:443;
    }
    server {
        listen 8443;
        ssl_preread on;
        proxy_pass $pool;
    }
}
`,
  source: 'NG-37, N-STR-1b',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const fed = new Map<string, string>()
    for (const level of config.levels) if (level.context === 'stream') for (const map of all(level, 'map')) fed.set(argument(map, 1).slice(1).toLowerCase(), argument(map, 0).toLowerCase())
    for (const level of config.levels) {
      const word = level.context === 'stream server' ? own(level, 'proxy_pass')?.args[0] : undefined
      if (word === undefined || valueOf(level, 'ssl_preread') === 'on') continue
      const uses = variablesIn(word.value).map((use) => fed.get(use.name) ?? `$${use.name}`)
      if (!uses.some((name) => name.includes('$ssl_preread_') || name.includes('${ssl_preread_'))) continue
      found.push(finding(prereadMissing, { at: word.span, names: [title(level), word.value], message: `Every connection of ${title(level)} takes the default: ssl_preread is off, so the name the client asks for is not read. Add 'ssl_preread on'.` }))
    }
    return found
  },
}
