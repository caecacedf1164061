import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presentChecks, runChecks } from '#shared/analyses/checks/index.ts'
import { dialectById } from '#shared/dialects/registry.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

function file(path: string, text: string, role: SourceFile['role']): SourceFile {
  return { path, text, role, encoding: 'utf-8' }
}

function findings(text: string, maps: Readonly<Record<string, string>> = {}): readonly Diagnostic[] {
  const dialect = dialectById('haproxy')
  assert.ok(dialect)
  const config = file('haproxy.cfg', text, 'config')
  const sideFiles = new Map(Object.entries(maps).map(([path, content]) => [path, file(path, content, 'map')]))
  return runChecks(dialect.compile([{ file: config, tree: dialect.parse(config).tree }], { environment: {}, version: null, sideFiles }).model)
}

const frontend = (rules: string): string => `defaults
    mode http
    option redispatch
frontend web
    bind :8080
${rules}backend a
    server s1 192.0.2.1:80 check
backend b
    server s1 192.0.2.2:80 check
`

const rows: readonly [name: string, text: string, expected: readonly string[]][] = [
  ['a broader prefix in front', frontend('    use_backend a if { path_beg /x }\n    use_backend b if { path_beg /x/y }\n    default_backend b\n'), ['routing/rule-never-matches']],
  ['a narrower prefix in front is fine', frontend('    use_backend b if { path_beg /x/y }\n    use_backend a if { path_beg /x }\n    default_backend b\n'), []],
  ['a case-sensitive test does not cover a case-insensitive one', frontend('    use_backend a if { path_beg /x }\n    use_backend b if { path_beg -i /x/y }\n    default_backend b\n'), []],
  ['chance covers nothing', frontend('    use_backend a if { rand(2) 0 }\n    use_backend b if { rand(2) 0 }\n    default_backend b\n'), []],
  ['an unconditional rule covers all behind it', frontend('    use_backend a\n    use_backend b if { path_beg /x }\n    default_backend b\n'), ['routing/pool-unreachable', 'routing/rule-never-matches', 'routing/rule-never-matches']],
  ['a rewrite between two rules keeps the second alive', frontend('    http-request deny if { path_beg /x }\n    http-request set-path /x%[path]\n    http-request return status 200 if { path_beg /x/y }\n    use_backend b if { path_beg /z }\n    default_backend a\n'), []],
  ['an allow in front lets requests past a later deny', frontend('    http-request allow if { src 10.0.0.0/8 }\n    http-request deny if { path_beg /x }\n    use_backend b if { path_beg /x/y }\n    default_backend a\n'), []],
  ['a deny covers the rule behind it', frontend('    http-request deny if { path_beg /x }\n    use_backend b if { path_beg /x/y }\n    default_backend a\n'), ['routing/pool-unreachable', 'routing/rule-never-matches']],
  ['rules that are each other\'s opposite leave nothing over', frontend('    use_backend a if { path_beg /x }\n    use_backend b unless { path_beg /x }\n'), []],
  ['two impossible patterns in one rule', frontend('    use_backend a if { path_beg x } or { hdr(host) -i *.test }\n    default_backend b\n'), ['routing/test-never-true', 'routing/test-never-true']],
  ['an allow rule whose header is removed first', frontend('    http-request del-header x-int\n    http-request allow if { req.hdr(x-int) 1 }\n    http-request deny if { path_beg /x }\n    use_backend b if { path_beg /y }\n    default_backend a\n'), []],
  ['an allow rule by header and address', frontend('    http-request allow if { req.hdr(x-int) 1 } { src 10.0.0.0/8 }\n    http-request deny if { path_beg /x }\n    use_backend b if { path_beg /y }\n    default_backend a\n'), []],
]
for (const [name, text, expected] of rows) {
  test(`neutral checks: ${name}`, () => assert.deepEqual(findings(text).map((one) => one.code).sort(), expected))
}

test('a map entry that names no pool is told at its line, with the trailing words', () => {
  const text = frontend('    use_backend %[path,map_beg(/etc/p.map,b)]\n    default_backend a\n')
  const found = findings(text, { '/etc/p.map': '/a a\n/c c\n/d b # old\n' })
  assert.deepEqual(found.map((one) => [one.code, one.at.file, one.message]), [
    ['routing/dynamic-pool-unknown', '/etc/p.map', "The entry for /c names pool 'c', which does not exist: those requests do not try the rules below, they end with \"send to pool a\"."],
    ['routing/dynamic-pool-unknown', '/etc/p.map', "The entry for /d names pool 'b # old', which does not exist: those requests do not try the rules below, they end with \"send to pool a\". The whole rest of the line is taken as the name."],
  ])
})

test('many pools with one missing line are one finding', () => {
  const text = `defaults\n    mode http\n${Array.from({ length: 8 }, (_, index) => `backend p${index}\n    server a 192.0.2.1:80 check\n    server b 192.0.2.2:80 check\n`).join('')}`
  const found = findings(text).filter((one) => one.code === 'routing/retries-on-the-same-server')
  assert.equal(found.length, 1)
  assert.match(found[0]?.message ?? '', /in 8 pools, p0, p1, p2 and 5 more/)
})

test('findings present themselves with counts', () => {
  const { headline, tables } = presentChecks(findings(rows[4]?.[1] ?? ''))
  assert.equal(headline.text, 'The checks found 2 errors, 1 warning.')
  assert.equal(headline.tone, 'critical')
  assert.equal(tables[0]?.rows.length, 3)
})
