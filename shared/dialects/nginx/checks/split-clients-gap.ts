import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { all, argument, configOf, finding, headSpan } from './config.ts'

export const splitClientsGap: Check<NginxTree> = {
  code: 'nginx/split-clients-gap',
  severity: 'warning',
  title: 'A split that leaves clients over, or puts all of them in one part',
  why: 'Clients outside the shares get an empty value, and a key that never varies gives everybody the same one.',
  bad: `events {}
http {
    split_clients $remote_addr $variant {
        10% new;
        80% old;
    }
    server {
        listen 8080;
        server_name a.test;
        return 200 $variant;
    }
}
`,
  good: `events {}
http {
    split_clients $remote_addr $variant {
        10% new;
        *   old;
    }
    server {
        listen 8080;
        server_name a.test;
        return 200 $variant;
    }
}
`,
  source: 'NG-63, N-SC-1, N-SC-3',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      for (const split of all(level, 'split_clients')) {
        const [key, variable] = [argument(split, 0), argument(split, 1)]
        const parts = split.block?.directives ?? []
        const at = headSpan(split)
        if (variablesIn(key).length === 0) found.push(finding(splitClientsGap, { at, names: [variable, 'key'], message: `All clients get the same ${variable}: the key '${key}' has no variable. Use one that tells them apart, such as $remote_addr or a cookie.` }))
        const rest = parts.findIndex((part) => part.name.value === '*')
        const behind = rest === -1 ? undefined : parts[rest + 1]
        if (behind !== undefined) found.push(finding(splitClientsGap, { at: behind.span, names: [variable, behind.name.value], message: `No client gets '${argument(behind, 0)}' from ${variable}: '*' in front takes everything that is left. Put it last.` }))
        const total = parts.reduce((sum, part) => sum + Number.parseFloat(part.name.value), 0)
        if (rest === -1 && total < 99.995) found.push(finding(splitClientsGap, { at, names: [variable, 'rest'], message: `For ${Math.round((100 - total) * 100) / 100} % of the clients ${variable} is empty: the shares add up to ${Math.round(total * 100) / 100} %. Add '*' for the rest.` }))
      }
    }
    return found
  },
}
