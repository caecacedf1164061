import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { Directive, NginxTree, Word } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { configOf, finding, headSpan } from './config.ts'

const makerNames = new Set(['map', 'geo', 'split_clients'])

export const variableUnused: Check<NginxTree> = {
  code: 'nginx/variable-unused',
  severity: 'info',
  title: 'A map, geo or split_clients whose variable nothing uses',
  why: 'Often the trace of a rule that was lost in an edit.',
  bad: `events {}
http {
    map $host $pool {
        default a;
        b.test b;
    }
}
`,
  good: `events {}
http {
    map $host $pool {
        default a;
        b.test b;
    }
    server {
        listen 8080;
        return 200 $pool;
    }
}
`,
  source: 'NG-67',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const used = new Set<string>()
    const makers: { readonly directive: Directive; readonly word: Word }[] = []
    for (const level of config.levels) {
      for (const directive of level.directives) {
        const word = makerNames.has(directive.name.value) && directive.block !== null ? directive.args.at(-1) : undefined
        if (word !== undefined) makers.push({ directive, word })
        const lines = directive.block !== null && word !== undefined ? directive.block.directives.flatMap((line) => line.args) : []
        for (const { value } of [...directive.args, ...lines]) if (value !== word?.value) for (const use of variablesIn(value)) used.add(use.name)
        if (directive.opaque !== null || /_by_lua|^js_|^perl/.test(directive.name.value)) return found
      }
    }
    for (const { directive, word } of makers) {
      const name = word.value.slice(1).toLowerCase()
      if (used.has(name)) continue
      found.push(finding(variableUnused, { at: headSpan(directive), names: [name], message: `Nothing uses ${word.value}, which this ${directive.name.value} makes. Restore the directive that did, or remove the block.` }))
    }
    return found
  },
}
