import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { sectionName, statements, wordAt, type Statement } from './lines.ts'

const timed: ReadonlySet<string> = new Set(['timeout', 'server', 'default-server', 'server-template'])

/** Words whose value is a time in milliseconds when it has no unit. */
function timedWords(statement: Statement): readonly { readonly name: string; readonly index: number }[] {
  const { words } = statement
  if (words[0] === 'timeout' && words.length >= 3) return [{ name: `timeout ${words[1] as string}`, index: 2 }]
  return words.flatMap((word, index) => ((word === 'inter' || word === 'fastinter' || word === 'downinter') && index + 1 < words.length ? [{ name: word, index: index + 1 }] : []))
}

export const timeoutUnit: Check<HaproxyTree> = {
  code: 'haproxy/time-without-unit',
  severity: 'warning',
  title: 'A short time without a unit',
  why: 'A number alone counts milliseconds: 30 ends slow requests after 30 ms with 504 or 503.',
  bad: `backend api
    mode http
    timeout server 30
    server s1 192.0.2.1:80
`,
  good: `backend api
    mode http
    timeout server 30s
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, section 2.5; H-RT-5',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const statement of statements(context, timed)) {
      for (const { name, index } of timedWords(statement)) {
        const value = statement.words[index] as string
        if (!/^[0-9]+$/.test(value) || Number(value) === 0 || Number(value) >= 1000) continue
        const at = wordAt(statement, index)
        found.push(diagnostic({
          code: timeoutUnit.code, severity: timeoutUnit.severity, source: timeoutUnit.source, at, names: [sectionName(statement.section), name, statement.words[0] === 'server' ? (statement.words[1] ?? '') : ''],
          message: `${name} ${value} is ${value} milliseconds. Write ${value}s if seconds are meant, or ${value}ms to say that it is on purpose.`,
          fix: { title: `Write ${value}s`, edits: [{ at, text: `${value}s` }] },
        }))
      }
    }
    return found
  },
}
