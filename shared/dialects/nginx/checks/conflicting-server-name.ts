import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree, Word } from '../tree.ts'
import { addressGroups } from './addresses.ts'
import { all, configOf, finding } from './config.ts'

export const conflictingServerName: Check<NginxTree> = {
  code: 'nginx/conflicting-server-name',
  severity: 'warning',
  title: 'A name that two servers of one address have',
  why: 'The second server never gets requests for that name; edits to it change nothing.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 200 old;
    }
    server {
        listen 8080;
        server_name a.test;
        return 200 new;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 200 old;
    }
    server {
        listen 8080;
        server_name b.test;
        return 200 new;
    }
}
`,
  source: 'NG-04, N-SRV-5',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const [key, group] of addressGroups(config)) {
      const first = new Map<string, Word>()
      for (const { server } of group) {
        const mine = new Set<string>()
        for (const word of all(server, 'server_name').flatMap((directive) => directive.args)) {
          const name = word.value.toLowerCase()
          if (name.startsWith('~') || mine.has(name)) continue
          mine.add(name)
          const earlier = first.get(name)
          if (earlier === undefined) first.set(name, word)
          else {
            found.push(finding(conflictingServerName, {
              at: word.span, names: [key, name], related: [{ at: earlier.span, message: 'This server gets them' }],
              message: `Requests for '${name}' on ${key} never reach this server: another one above has the same name. Merge the two, or remove one.`,
            }))
          }
        }
      }
    }
    return found
  },
}
