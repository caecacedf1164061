import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { run } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-cli-'))
process.env['STEELYARD_DATA'] = path.join(scratch, 'data')
after(() => rmSync(scratch, { recursive: true, force: true }))
const sample = path.resolve(import.meta.dirname, '../../assets/sample-incident')
const before = path.join(sample, 'before', 'haproxy.cfg')
const changed = path.join(sample, 'after', 'haproxy.cfg')
const file = (name: string, text: string): string => {
  const full = path.join(scratch, name)
  mkdirSync(path.dirname(full), { recursive: true })
  writeFileSync(full, text)
  return full
}
const json = (text: string): Record<string, never> & { readonly [key: string]: never } => JSON.parse(text) as never

const small = `frontend web
    mode http
    bind :8080
    acl canary hdr(x-canary) 1
    http-request deny if { path_beg /private }
    http-request redirect location /new code 302 if { path /old }
    http-request set-path /v2%[path] if { path_beg /api }
    use_backend api if { path_beg /v2/ } or canary
    default_backend site
backend api
    mode http
    server a 10.0.0.1:80 weight 3
    server b 10.0.0.2:80 weight 1
backend site
    mode http
    server s 10.0.0.9:80
`
const config = file('small.cfg', small)

const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['no command', [], /Usage: steelyard/],
  ['an unknown command', ['inspekt', config], /no command "inspekt"/],
  ['an unknown option', ['inspect', config, '--colour'], /--colour/],
  ['an option without its value', ['inspect', config, '--format'], /--format/],
  ['a missing argument', ['diff', config], /BEFORE and AFTER/],
  ['an argument too many', ['inspect', config, 'more'], /one argument too many/],
  ['an unknown form', ['inspect', config, '--format', 'yaml'], /text, json, mermaid, dot/],
  ['an unknown dialect', ['inspect', config, '--dialect', 'nginks'], /no dialect "nginks"/],
  ['a definition without a value', ['inspect', config, '--define', 'NAME'], /NAME=VALUE/],
  ['an unknown threshold', ['diff', config, config, '--fail-on', 'misroute,sometimes'], /"sometimes"/],
  ['an option given twice', ['check', config, '--format', 'json', '--format', 'text'], /more than once/],
  ['a malformed git argument', ['inspect', 'git:HEAD'], /git:REF:PATH/],
  ['an address that is none', ['route', config, 'api.example'], /not an http/],
  ['a header without a colon', ['route', config, 'http://a/', '-H', 'x'], /"name: value"/],
  ['a picture without a known ending', ['export', config, '--output', 'x.bmp'], /svg/],
  ['a scale out of range', ['export', config, '--output', 'x.png', '--scale', '9'], /1 to 4/],
  ['a command that is not built yet', ['test', config, '--expect', 'x'], /not built yet/],
  ['a source that is none', ['live', 'x'], /not a source/],
]
for (const [name, args, message] of wrong) {
  test(`the command line is wrong: ${name} gives exit code 2 and a sentence`, async () => {
    const result = await run(args)
    assert.equal(result.code, 2)
    assert.match(result.err, message)
    assert.equal(result.out, '')
  })
}

test('help and version go to standard output with exit code 0', async () => {
  for (const args of [['--help'], ['help'], ['help', 'diff'], ['route', '--help'], ['--version']]) {
    const result = await run(args)
    assert.equal(result.code, 0)
    assert.ok(result.out.length > 10)
  }
})

test('a request that is forwarded: outcome, shares and rule in the published shape', async () => {
  const result = await run(['route', config, 'http://a.example/api/x?y=1', '--format', 'json'])
  assert.equal(result.code, 0)
  assert.deepEqual(JSON.parse(result.out), {
    certain: true,
    outcome: { action: 'forward', pool: 'api', path: '/v2/api/x?y=1', servers: [{ name: 'a', address: '10.0.0.1:80', share: 0.75 }, { name: 'b', address: '10.0.0.2:80', share: 0.25 }] },
    rule: { file: config, line: 8, text: 'use_backend api if { path_beg /v2/ } or canary' },
  })
})

test('requests one a line give answers one a line in the same order, wrong lines in between included', async () => {
  const lines = [
    { listener: '127.0.0.1:8080', scheme: 'http', method: 'GET', host: 'a.example', path: '/x?ver=1', headers: { 'x-canary': '1' }, sourceIp: '127.0.0.1', sni: null },
    { listener: null, scheme: 'http', method: 'GET', host: null, path: '/private/a', headers: {}, sourceIp: '127.0.0.1', sni: null },
    { path: '/old' },
    { path: 7 },
    { path: '/', headers: { 'x-canary': ['0', '1'] } },
  ].map((line) => JSON.stringify(line))
  const result = await run(['route', config, '--requests', '-', '--explain'], { input: [...lines.slice(0, 3), 'not json', ...lines.slice(3)].join('\n') })
  const answers = result.out.trim().split('\n').map((line) => JSON.parse(line) as { error?: string; outcome?: { action: string; pool?: string; status?: number; location?: string }; steps?: readonly { rule: { line: number }; matched: boolean }[] })
  assert.deepEqual(answers.map((one) => one.error === undefined ? [one.outcome?.action, one.outcome?.pool ?? one.outcome?.status] : 'error'), [['forward', 'api'], ['deny', 403], ['redirect', 302], 'error', 'error', ['forward', 'api']])
  assert.deepEqual(answers[1]?.steps?.map((step) => [step.rule.line, step.matched]), [[5, true]])
  assert.equal(result.code, 3, 'a line that is no request cannot be read')
})

test('one request as text says where it goes, and with --explain why', async () => {
  const result = await run(['route', config, 'http://a/old', '--explain'])
  assert.match(result.out, /sent to \/new with status 302/)
  assert.match(result.out, /small\.cfg:6: http-request redirect/)
})

test('the sample incident: the difference in the published shape, and what makes the exit code', async () => {
  const result = await run(['diff', before, changed, '--format', 'json'])
  assert.equal(result.code, 1)
  const report = json(result.out) as unknown as { schemaVersion: number; verdict: string; behaviour: { complete: boolean; listeners: readonly { name: string; status: string }[]; differs: readonly { kind: string; severity: string; summary: string; when: string; witness: Record<string, unknown>; before: { outcome: { pool: string }; rule: { line: number } }; after: { outcome: { pool: string }; rule: { line: number } }; liveShare: null }[]; unknown: readonly unknown[] }; distribution: readonly unknown[]; pools: unknown; checks: { introduced: readonly { code: string; at: { line: number; column: number } }[]; resolved: readonly unknown[] }; text: unknown }
  assert.equal(report.schemaVersion, 1)
  assert.equal(report.verdict, 'changed')
  assert.equal(report.behaviour.complete, true)
  assert.deepEqual(report.behaviour.listeners.map((one) => [one.name, one.status]), [['http-in', 'same'], ['https-in', 'changed']])
  const [login, shares] = report.behaviour.differs
  assert.deepEqual([report.behaviour.differs.length, report.behaviour.unknown.length], [2, 0])
  assert.deepEqual([login?.kind, login?.severity, login?.summary, login?.when], ['misroute', 'critical', 'Requests for api.shop.example/v2/auth/… go to pool api instead of auth.', 'host is api.shop.example and path starts with /v2/auth/'])
  assert.deepEqual([login?.before.outcome.pool, login?.before.rule.line, login?.after.outcome.pool, login?.after.rule.line, login?.liveShare], ['auth', 39, 'api', 39, null])
  assert.deepEqual([shares?.kind, shares?.severity], ['policy', 'warning'])
  // What stands beside a witness is what `route` says about it.
  const requests = file('witnesses.jsonl', report.behaviour.differs.map((one) => JSON.stringify(one.witness)).join('\n'))
  for (const [name, side] of [[before, 'before'], [changed, 'after']] as const) {
    const routed = (await run(['route', name, '--requests', requests])).out.trim().split('\n').map((line) => json(line))
    assert.deepEqual(routed.map((one) => [one['outcome'], one['rule']]), report.behaviour.differs.map((one) => [one[side].outcome, one[side].rule]))
  }
  assert.deepEqual(report.distribution[0], { pool: 'api', server: 'api-1', before: 1 / 3, after: 200 / 204 })
  assert.deepEqual(report.pools, { added: [], removed: [], unreachable: ['auth'] })
  assert.deepEqual(report.text, { added: 5, removed: 5 })
  assert.deepEqual(report.checks.introduced.map((one) => [one.code, one.at.line, one.at.column])[0], ['routing/rule-never-matches', 40, 5])
  const codes: Record<string, number> = {}
  for (const failOn of ['misroute', 'may-differ', 'distribution', 'check', 'any', 'none', 'misroute,distribution']) codes[failOn] = (await run(['diff', before, changed, '--fail-on', failOn])).code
  assert.deepEqual(codes, { misroute: 1, 'may-differ': 0, distribution: 1, check: 1, any: 1, none: 0, 'misroute,distribution': 1 })
})

test('the same words are not identical where a script, a state file or a missing map decides', async () => {
  const line = (text: string): string => file(`open-${text.length}.cfg`, `frontend f\n  mode http\n  bind :80\n  ${text}\n  default_backend b\nbackend b\n  mode http\n  server s 127.0.0.1:8080\n`)
  for (const text of ['http-request lua.pick', 'use_backend %[path,map(missing.map)]']) {
    const open = line(text)
    const answer = await run(['diff', open, open, '--format', 'json'])
    const unknown = (json(answer.out)['behaviour'] as unknown as { unknown: { at: { line: number } }[] }).unknown
    assert.deepEqual([answer.code, json(answer.out)['verdict'], unknown[0]?.at.line], [1, 'may-differ', 4], text)
  }
})

test('comments, blank lines, blanks between words and another way to write a value are identical; another value is not', async () => {
  const same = file('same.cfg', `# a comment\n\n${small.replace('bind :8080', 'bind    :8080   # port').replace(/\n/g, '\r\n')}`)
  const quoted = file('quoted.cfg', small.replace('hdr(x-canary) 1', 'hdr(x-canary) "1"'))
  const other = file('other.cfg', small.replace('hdr(x-canary) 1', 'hdr(x-canary) 2'))
  const identical = await run(['diff', config, same, '--format', 'json'])
  assert.deepEqual([identical.code, json(identical.out)['verdict']], [0, 'identical'])
  const written = await run(['diff', config, quoted, '--format', 'json'])
  assert.deepEqual([written.code, json(written.out)['verdict']], [0, 'identical'])
  const differs = await run(['diff', config, other, '--format', 'json'])
  assert.deepEqual([differs.code, json(differs.out)['verdict']], [1, 'changed'])
})

test('every other form of a difference is well formed', async () => {
  const patch = (await run(['diff', before, changed, '--format', 'patch'])).out
  const patched = path.join(scratch, 'patched.cfg')
  writeFileSync(patched, readFileSync(before))
  execFileSync('patch', ['-s', patched], { input: patch })
  assert.equal(readFileSync(patched, 'utf8'), readFileSync(changed, 'utf8'), 'applying the patch gives the new text')
  const sarif = json((await run(['diff', before, changed, '--format', 'sarif'])).out) as unknown as { version: string; runs: readonly { results: readonly { ruleId: string }[] }[] }
  assert.equal(sarif.version, '2.1.0')
  assert.ok(sarif.runs[0]?.results.some((one) => one.ruleId === 'routing/rule-never-matches'))
  assert.match((await run(['diff', before, changed, '--format', 'markdown'])).out, /\| api \| api-1 \| 33\.3 % \| 98\.0 % \|/)
  const html = (await run(['diff', before, changed, '--format', 'html'])).out
  assert.match(html, /<svg /)
  assert.ok(!/<script/i.test(html) && !/(src|href)="https?:/.test(html), 'the page needs nothing else')
  assert.match((await run(['diff', before, changed])).out, /What changes for traffic/)
})

test('findings in every form, and the severity that makes the exit code', async () => {
  const text = await run(['check', changed])
  assert.equal(text.code, 1)
  assert.match(text.out, /haproxy\.cfg:40:5: error: .* \[routing\/rule-never-matches\]/)
  assert.equal((await run(['check', changed, '--fail-on', 'none'])).code, 0)
  assert.equal((await run(['check', before])).code, 0)
  const findings = (json((await run(['check', changed, '--format', 'json'])).out) as unknown as { findings: readonly Record<string, unknown>[] }).findings
  assert.deepEqual(Object.keys(findings[0] as object), ['code', 'severity', 'message', 'at', 'related', 'fix', 'source', 'fingerprint'])
  assert.deepEqual(findings[0]?.['at'], { file: changed, line: 40, column: 5, endLine: 40, endColumn: 41 })
  const junit = (await run(['check', changed, '--format', 'junit'])).out
  assert.match(junit, /<testsuites tests="\d+" failures="\d+">/)
  assert.match(junit, /<failure message=/)
  assert.match((await run(['check', changed, '--format', 'github'])).out, /^::error file=[^:]*haproxy\.cfg,line=40,col=5,endLine=40,endColumn=41,title=routing%2F|^::error file=[^:]*haproxy\.cfg,line=40,col=5,endLine=40,endColumn=41,title=routing\/rule-never-matches::/m)
  assert.match((await run(['check', changed, '--format', 'markdown'])).out, /\| error \|/)
  const sarif = json((await run(['check', changed, '--format', 'sarif'])).out) as unknown as { runs: readonly { results: readonly { locations: readonly { physicalLocation: { region: unknown } }[] }[] }[] }
  assert.deepEqual(sarif.runs[0]?.results[0]?.locations[0]?.physicalLocation.region, { startLine: 40, startColumn: 5, endLine: 40, endColumn: 41 })
})

test("the balancer's own validator adds its messages at their lines", async () => {
  const broken = file('broken.cfg', 'frontend web\n    bind :8080\n    frobnicate all\n    default_backend nowhere\n')
  const result = await run(['check', broken, '--native', '--format', 'json'])
  const found = (json(result.out) as unknown as { findings: readonly { code: string; at: { file: string; line: number }; message: string }[] }).findings.filter((one) => one.code === 'native/haproxy')
  assert.ok(found.some((one) => one.at.file === broken && one.at.line === 3 && /frobnicate/.test(one.message)), JSON.stringify(found))
  assert.ok(!result.out.includes('steelyard-native-'), 'no temporary name leaks')
})

test('a config comes from standard input, a folder, git, or the history', async () => {
  assert.match((await run(['inspect', '-'], { input: small })).out, /frontend web on :8080/)
  const folder = path.join(scratch, 'folder')
  file('folder/20-back.cfg', small.slice(small.indexOf('\nbackend api') + 1))
  file('folder/10-front.cfg', small.slice(0, small.indexOf('\nbackend api') + 1))
  file('folder/.hidden.cfg', 'nonsense')
  file('folder/notes.txt', 'nonsense')
  const inspected = json((await run(['inspect', folder, '--format', 'json'])).out) as unknown as { pools: readonly { name: string; at: { file: string; line: number } }[] }
  assert.deepEqual(inspected.pools.map((pool) => [pool.name, path.basename(pool.at.file), pool.at.line]), [['api', '20-back.cfg', 1], ['site', '20-back.cfg', 5]])
  const git = (...args: readonly string[]): void => { execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder, stdio: 'pipe' }) }
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'one')
  file('folder/20-back.cfg', small.slice(small.indexOf('\nbackend api') + 1).replace('weight 3', 'weight 1'))
  const report = json((await run(['diff', `git:HEAD:${folder}`, folder, '--format', 'json'])).out) as unknown as { distribution: readonly unknown[]; text: unknown }
  assert.deepEqual(report.distribution, [{ pool: 'api', server: 'a', before: 0.75, after: 0.5 }, { pool: 'api', server: 'b', before: 0.25, after: 0.5 }])
  assert.deepEqual(report.text, { added: 1, removed: 1 })
  assert.equal((await run(['diff', `known-good:${config}`, config])).code, 3)
  assert.equal((await run(['history', 'approve', config, '--note', 'works', '--author', 'ada'])).code, 0)
  assert.equal((await run(['diff', `known-good:${config}`, config])).code, 0)
})

test('files that the config names come from the root first, and a missing one is a finding at its line', async () => {
  const root = path.join(scratch, 'root')
  file('root/etc/haproxy/hosts.map', 'a.example api\n')
  const mapped = file('mapped.cfg', 'frontend web\n    mode http\n    bind :8080\n    use_backend %[req.hdr(host),lower,map(/etc/haproxy/hosts.map,site)]\nbackend api\n    mode http\n    server a 10.0.0.1:80\nbackend site\n    mode http\n    server s 10.0.0.9:80\n')
  const routed = json((await run(['route', mapped, 'http://a.example/', '--root', root, '--format', 'json'])).out) as unknown as { certain: boolean; outcome: { pool: string } }
  assert.deepEqual([routed.certain, routed.outcome.pool], [true, 'api'])
  const missing = await run(['check', mapped, '--format', 'json'])
  const finding = (json(missing.out) as unknown as { findings: readonly { severity: string; at: { line: number }; message: string }[] }).findings.find((one) => one.message.includes('/etc/haproxy/hosts.map'))
  assert.deepEqual([missing.code, finding?.severity, finding?.at.line], [1, 'error', 4])
  const unsure = json((await run(['route', mapped, 'http://a.example/', '--format', 'json'])).out) as unknown as { certain: boolean; depends: readonly { at: { line: number } }[] }
  assert.equal(unsure.certain, false)
  assert.equal(unsure.depends[0]?.at.line, 4)
})

test('history: list, show, add, approve and restore with a backup', async () => {
  const source = file('kept/haproxy.cfg', small)
  const added = json((await run(['history', 'add', source, '--note', 'first', '--author', 'ada', '--format', 'json'])).out) as unknown as { snapshot: { snapshotId: string; note: string } }
  const id = added.snapshot.snapshotId
  assert.match((await run(['history', 'list', source])).out, new RegExp(`^${id.slice(0, 8)} .*ada.*first`))
  assert.match((await run(['history', 'show', id.slice(0, 8)])).out, /sha-256/)
  assert.equal((await run(['history', 'show', id, '--file', 'haproxy.cfg'])).out, small)
  assert.equal((await run(['history', 'approve', id, '--note', 'fine', '--author', 'bob'])).code, 0)
  writeFileSync(source, 'rubbish\n')
  const dry = await run(['history', 'restore', `known-good:${source}`, '--dry-run'])
  assert.match(dry.out, /would replace .*haproxy\.cfg \(\+16 −1\)/)
  assert.equal(readFileSync(source, 'utf8'), 'rubbish\n')
  const done = json((await run(['history', 'restore', id, '--format', 'json'])).out) as unknown as { plan: { backupFolder: string } }
  assert.equal(readFileSync(source, 'utf8'), small)
  assert.equal(readFileSync(path.join(done.plan.backupFolder, '001-haproxy.cfg'), 'utf8'), 'rubbish\n')
  assert.equal((await run(['history', 'show', '00000000-none'])).code, 3)
})

test('pictures are written in all three forms', async () => {
  for (const [suffix, magic] of [['svg', '<?xml'], ['png', '\u0089PNG'], ['pdf', '%PDF']] as const) {
    const output = path.join(scratch, `picture.${suffix}`)
    assert.equal((await run(['export', changed, '--before', before, '--output', output, '--scale', '1'])).code, 0)
    assert.equal(readFileSync(output).subarray(0, magic.length).toString('latin1'), magic)
  }
})

test('secrets never leave in a report, and control characters of a config never reach the terminal', async () => {
  const secret = file('secret.cfg', `userlist ops\n    user ada insecure-password hunter2secret\nlisten stats\n    mode http\n    bind :8404\n    stats auth admin:sesame-opens\n    http-request deny if { req.hdr(authorization) -m str "Bearer abcdefghij" }\n    acl \u001b[31mred path /\n`)
  const plain = file('plain.cfg', 'listen stats\n    mode http\n    bind :8404\n')
  for (const args of [['inspect', secret], ['inspect', secret, '--format', 'json'], ['inspect', secret, '--format', 'dot'], ['check', secret, '--format', 'sarif'], ...['text', 'json', 'markdown', 'html', 'patch'].map((format) => ['diff', plain, secret, '--format', format])]) {
    const { out } = await run(args)
    for (const word of ['hunter2secret', 'sesame-opens', 'abcdefghij']) assert.ok(!out.includes(word), `${word} in ${args.join(' ')}`)
    if (args.includes('json')) JSON.parse(out)
    if (!args.includes('patch') && !args.includes('markdown') && !args.includes('html')) assert.ok(!out.includes('\u001b'), args.join(' '))
  }
  const picture = path.join(scratch, 'secret.svg')
  await run(['export', secret, '--output', picture])
  assert.ok(!/abcdefghij|sesame-opens|hunter2secret/.test(readFileSync(picture, 'utf8')))
})

test('colour only on a terminal, and never when it is refused', async () => {
  const escape = '\u001b['
  assert.ok(!(await run(['check', changed])).out.includes(escape))
  assert.ok((await run(['check', changed], { terminal: true })).out.includes(escape))
  assert.ok(!(await run(['check', changed, '--no-color'], { terminal: true })).out.includes(escape))
  assert.ok(!(await run(['check', changed], { terminal: true, environment: { NO_COLOR: '1' } })).out.includes(escape))
  assert.match((await run(['check', changed], { terminal: true })).err, /read as HAProxy/)
  assert.equal((await run(['check', changed, '--quiet'], { terminal: true })).err, '')
})
