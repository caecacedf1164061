import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Member } from '#shared/model/pool.ts'
import type { NeutralCheck } from '../check.ts'

export const cookieHoles: NeutralCheck = {
  code: 'routing/sticky-cookie-holes',
  severity: 'warning',
  title: 'Sticky sessions that do not hold, or pile up',
  why: 'Users of a server without a value move from server to server; two servers with one value send all returning users to the first.',
  example: 'haproxy',
  bad: `backend web
    mode http
    cookie SRV insert indirect nocache
    server s1 192.0.2.1:80 check cookie a
    server s2 192.0.2.2:80 check
`,
  good: `backend web
    mode http
    cookie SRV insert indirect nocache
    server s1 192.0.2.1:80 check cookie a
    server s2 192.0.2.2:80 check cookie b
`,
  source: 'H-PER-2, H-PER-3',
  postmortem: 'one-hot-server',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      const cookie = pool.persistence.find((one) => one.kind === 'cookie')
      // `rewrite` and passive use keep the application's values.
      if (cookie?.kind !== 'cookie' || (cookie.mode !== 'insert' && cookie.mode !== 'prefix') || cookie.flags.includes('dynamic')) continue
      const primary = pool.members.filter((member) => member.options.level === 0)
      if (!primary.some((member) => member.options.cookie !== null)) continue
      const owners = new Map<string, Member>()
      for (const member of primary) {
        const at = member.origin[0]
        if (at === undefined) continue
        const value = member.options.cookie
        const twin = value === null ? undefined : owners.get(value)
        if (value !== null && twin === undefined) owners.set(value, member)
        else {
          found.push(diagnostic({
            code: cookieHoles.code, severity: cookieHoles.severity, source: cookieHoles.source, at, names: [pool.name, member.name],
            message: value === null
              ? `Users of server ${member.name} of pool ${pool.name} are not sticky: it has no value for cookie ${cookie.name}. Give it one.`
              : `Returning users of server ${member.name} of pool ${pool.name} all go to ${twin?.name ?? ''}: both have the value ${value} for cookie ${cookie.name}. Give each server its own.`,
            related: twin?.origin[0] === undefined ? [] : [{ at: twin.origin[0], message: `${twin.name} has the same value.` }],
          }))
        }
      }
    }
    return found
  },
}
