import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding } from './config.ts'

export const mapWildcardWithoutHostnames: Check<NginxTree> = {
  code: 'nginx/map-wildcard-without-hostnames',
  severity: 'warning',
  title: 'A wildcard in a map that stands for itself',
  why: 'Without hostnames a key such as *.example.com only matches that very text.',
  bad: `events {}
http {
    map $host $pool {
        default a;
        *.example.com b;
    }
}
`,
  good: `events {}
http {
    map $host $pool {
        hostnames;
        default a;
        *.example.com b;
    }
}
`,
  source: 'NG-25, N-MAP-1, N-STR-1c',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const map of all(level, 'map')) {
        const lines = map.block?.directives ?? []
        if (lines.some((line) => line.name.value === 'hostnames' && line.args.length === 0)) continue
        for (const line of lines) {
          const key = line.name.value
          if (line.args.length !== 1 || !/^(?:\*\.|\.)[^.*]|[^.*]\.\*$/.test(key) || !/host|server_name|sni/i.test(argument(map, 0))) continue
          const at = map.block?.open.end ?? line.span.start
          found.push(finding(mapWildcardWithoutHostnames, {
            at: line.name.span, names: [argument(map, 1), key], message: `'${key}' in map ${argument(map, 1)} matches no host: without 'hostnames' it is compared as it stands, and every host takes the default.`,
            fix: { title: "Add 'hostnames'", edits: [{ at: { file: line.span.file, start: at, end: at }, text: ' hostnames;' }] },
          }))
        }
      }
    }
    return found
  },
}
