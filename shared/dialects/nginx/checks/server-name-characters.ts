import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, serverTitle } from './config.ts'

export const serverNameCharacters: Check<NginxTree> = {
  code: 'nginx/server-name-characters',
  severity: 'warning',
  title: 'A name that no client sends',
  why: 'Names are separated by blanks; a comma, a scheme or a path becomes part of the name, and requests go to the default server.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test, b.test;
        return 200;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test b.test;
        return 200;
    }
}
`,
  source: 'NG-06, N-SRV-9, N-SRV-10',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const word of all(level, 'server_name').flatMap((directive) => directive.args)) {
        const { value, span } = word
        const bad = value.startsWith('~') || value.includes('$') ? null : /[,;:/\s]/.exec(value)?.[0]
        if (bad === null || bad === undefined) continue
        const meant = value.replace(/^https?:\/\//i, '').replace(/[,;]+$/, '').replace(/[:/].*$/, '')
        const fixable = word.quote === null && /^[A-Za-z0-9.*-]+$/.test(meant)
        found.push(finding(serverNameCharacters, {
          at: span, names: [serverTitle(level), value],
          message: `'${value}' contains '${bad}', which no client sends as part of a host name, so this name never matches and requests for ${meant === '' ? 'it' : meant} go to another server.`,
          fix: fixable ? { title: `Write '${meant}'`, edits: [{ at: span, text: meant }] } : null,
        }))
      }
    }
    return found
  },
}
