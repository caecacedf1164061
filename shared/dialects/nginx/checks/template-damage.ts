import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { Directive, NginxTree, Word } from '../tree.ts'
import { configOf, finding, title, type Found } from './config.ts'

/** What a template tool left behind, or took away. */
function damageOf(directive: Directive, where: string): Omit<Found, 'names'> | null {
  const name = directive.name.value
  const word = (holds: (one: Word) => boolean): Word | undefined => directive.args.find(holds)
  if (name === 'server_name') {
    const left = word(({ value }) => !value.startsWith('~') && /\$|<%|%>|\{\{/.test(value) && value !== '$hostname')
    return left === undefined ? null : { at: left.span, message: `'${left.value}' in ${where} is taken for a name as it stands: server_name has no variables. Put the value in before nginx reads the file.` }
  }
  if (name === 'return' || name === 'rewrite') {
    const empty = word(({ value }) => /^(?:https?|\$scheme):\/\/(?:$|\/|\$request_uri|\$uri|\$1)/.test(value))
    return empty === undefined ? null : { at: empty.span, message: `The redirect to '${empty.value}' in ${where} names no host. A tool that fills in variables may have removed it; it should be something like $host.` }
  }
  if (name === 'proxy_set_header' && directive.args[0]?.value.toLowerCase() === 'host' && directive.args[1]?.value === '') {
    return { at: directive.span, message: `Servers get no Host from ${where}: its value is empty, and many answer 400 then. A tool that fills in variables may have removed it; it should be something like $host.` }
  }
  return null
}

export const templateDamage: Check<NginxTree> = {
  code: 'nginx/template-damage',
  severity: 'warning',
  title: 'Text that a template tool has damaged',
  why: 'Tools such as envsubst remove variables of nginx that they do not know, and leave their own where they were not run.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 301 https://$request_uri;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 301 https://$host$request_uri;
    }
}
`,
  source: 'NG-42, N-LEX-5',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      for (const directive of level.directives) {
        const damage = damageOf(directive, title(level))
        if (damage !== null) found.push(finding(templateDamage, { ...damage, names: [title(level), directive.name.value, ...directive.args.map((word) => word.value)] }))
      }
    }
    return found
  },
}
