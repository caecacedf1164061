import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { haproxyChecks } from '#shared/dialects/haproxy/checks/all.ts'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import { model } from '#test/shared/view/models.ts'

const options = { environment: {}, version: null, sideFiles: new Map() }

/** Findings of all text checks; the model is empty, so that only the text speaks. */
function findings(text: string, environment: Readonly<Record<string, string>> = {}, version: string | null = null): readonly Diagnostic[] {
  return findingsOf([text], environment, version)
}

function findingsOf(texts: readonly string[], environment: Readonly<Record<string, string>>, version: string | null): readonly Diagnostic[] {
  const files = texts.map((text, index) => {
    const file: SourceFile = { path: `haproxy${String(index)}.cfg`, text, role: 'config', encoding: 'utf-8' }
    return { file, tree: parseHaproxy(file).tree }
  })
  const context = { files, model: model({}), options: { ...options, environment, version } }
  return haproxyChecks.flatMap((check) => check.run(context))
}

function applied(text: string, finding: Diagnostic): string {
  return [...(finding.fix?.edits ?? [])].sort((a, b) => b.at.start - a.at.start).reduce((result, edit) => result.slice(0, edit.at.start) + edit.text + result.slice(edit.at.end), text)
}

const frontend = (line: string): string => `frontend web\n    mode http\n${line}    http-request deny if x\n`

const rows: readonly [name: string, line: string, codes: readonly string[]][] = [
  ['or as a pattern', '    acl x path_beg /a or /b\n', ['haproxy/acl-logical-word']],
  ['a quoted or is meant', '    acl x path_beg /a "or"\n', []],
  ['a flag behind a pattern', '    acl x path_beg /a -i\n', ['haproxy/acl-flag-after-pattern']],
  ['a flag behind --', '    acl x path_beg -- /a -i\n', []],
  ['flags in front, with a file', '    acl x path_beg -i -f list.lst -m end /a\n', []],
  ['a comment with a blank in front', '    acl x path_beg /a #b\n', []],
  ['a hash inside a word', '    acl x path_beg /a#b /c\n', ['haproxy/text-lost-after-hash']],
  ['a time without a unit', '    acl x path_beg /a\n    timeout client 30\n', ['haproxy/time-without-unit']],
  ['zero needs no unit', '    acl x path_beg /a\n    timeout client 0\n', []],
  ['5000 is five seconds on purpose', '    acl x path_beg /a\n    timeout client 5000\n', []],
  ['an acl nobody uses', '    acl x path_beg /a\n    acl y path_beg /b\n', ['haproxy/acl-unused']],
  ['an acl used by the acl fetch', '    acl x path_beg /a\n    acl y path_beg /b\n    http-request set-var(txn.z) acl(x,!y)\n', []],
  ['a conditional normalizer without its argument', '    acl x path_beg /a\n    http-request normalize-uri percent-to-uppercase unless x\n', ['haproxy/normalizer-replaced']],
  ['a conditional normalizer with its argument', '    acl x path_beg /a\n    http-request normalize-uri percent-to-uppercase strict if x\n', []],
  ['a normalizer without a condition', '    acl x path_beg /a\n    http-request normalize-uri path-strip-dotdot\n', []],
  ['a normalizer that takes no argument', '    acl x path_beg /a\n    http-request normalize-uri path-strip-dot if x\n', []],
  ['an acl line below its first use', '    acl x path_beg /a\n    http-request deny if x\n    acl x path_beg /b\n', ['haproxy/acl-name-reused']],
]
for (const [name, line, codes] of rows) {
  test(`text checks: ${name}`, () => assert.deepEqual(findings(frontend(line)).map((one) => one.code), codes))
}

test('mechanical fixes make the finding go away', () => {
  for (const line of ['    acl x path_beg /a -i\n', '    acl x path_beg /a#b /c\n', '    acl x path_beg /a\n    timeout client 30\n']) {
    const text = frontend(line)
    const finding = findings(text)[0]
    assert.ok(finding?.fix)
    assert.deepEqual(findings(applied(text, finding)), [], applied(text, finding))
  }
})

const branches = readFileSync(new URL('../../../../fixtures/haproxy/dropped-branches/haproxy.cfg', import.meta.url), 'utf8')

const branchRows: readonly [name: string, environment: Readonly<Record<string, string>>, version: string | null, codes: readonly string[]][] = [
  ['the test branch is dropped in production', { STAGE: 'prod' }, null, []],
  ['the test branch counts in the test stage', { STAGE: 'test' }, null, ['haproxy/acl-logical-word', 'haproxy/acl-name-reused', 'haproxy/text-lost-after-hash', 'haproxy/time-without-unit']],
  ['a branch for a later version is dropped before it', { STAGE: 'prod' }, '2.8', []],
  ['a branch for a later version counts from it on', { STAGE: 'prod' }, '3.0', ['haproxy/acl-flag-after-pattern']],
]
for (const [name, environment, version, codes] of branchRows) {
  test(`text checks skip lines of dropped branches: ${name}`, () => assert.deepEqual(findings(branches, environment, version).map((one) => one.code).sort(), codes))
}

test('a variable set in one file decides the conditions of the next', () => {
  const first = 'global\n    setenv STAGE test\n'
  const second = 'backend api\n.if streq("$STAGE",test)\n    timeout server 30\n.endif\n'
  assert.deepEqual(findingsOf([first, second], {}, null).map((one) => one.code), ['haproxy/time-without-unit'])
  assert.deepEqual(findingsOf([second, first], {}, null), [])
})

test('fingerprints do not depend on the place', () => {
  const text = frontend('    acl x path_beg /a or /b\n')
  assert.equal(findings(`# a comment\n\n${text}`)[0]?.fingerprint, findings(text)[0]?.fingerprint)
})
