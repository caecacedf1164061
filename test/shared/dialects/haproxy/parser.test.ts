import { test } from 'node:test'
import assert from 'node:assert/strict'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import { detectHaproxy, outlineHaproxy } from '#shared/dialects/haproxy/outline.ts'
import { lineSpan, lineText, keyword, commentText } from '#shared/dialects/haproxy/accessors.ts'
import { fileOf, treeOf } from './tree-of.ts'

const rows: readonly (readonly [name: string, text: string, findings: readonly (readonly [code: string, text: string])[]])[] = [
  ['a sound config has no findings', 'global\n  maxconn 1\nfrontend f\n  bind :80\n', []],
  ['H-LEX-7: the last line must end with a line break', 'global\n  daemon', [['haproxy/missing-final-line-end', 'daemon']]],
  ['an empty file is no error of this kind', '', []],
  ['a NUL byte', 'global\n  da\0emon\n', [['haproxy/nul-byte', '\0']]],
  ['H-LEX-8b: a quote that is not closed', "frontend f\n  acl a path 'x y\n", [['haproxy/unbalanced-quote', "'"]]],
  ['H-LEX-8b: also in a dropped branch', "frontend f\n.if 0\n  garbage 'x\n.endif\n", [['haproxy/unbalanced-quote', "'"]]],
  ['a bad hexadecimal escape', 'frontend f\n  acl a path /\\xZ1\n', [['haproxy/bad-escape', '\\']]],
  ['H-LEX-2: a bare dollar between double quotes', 'frontend f\n  acl a path_reg "^/b$"\n', [['haproxy/bare-dollar', '$"']]],
  ['H-LEX-2: a bare dollar before a blank', 'frontend f\n  acl a path_reg "x$ y"\n', [['haproxy/bare-dollar', '$ ']]],
  ['a brace that is not closed', 'frontend f\n  acl a path "${X"\n', [['haproxy/unbalanced-brace', '{']]],
  ['a wrong expansion', 'frontend f\n  acl a path "${X[1]}"\n', [['haproxy/bad-expansion', '[']]],
  ['H-LEX-11: a keyword in capitals', 'frontend f\n  Default_backend b\n', [['haproxy/capital-keyword', 'Default_backend']]],
  ['a section in capitals', 'Frontend f\n  bind :80\n', [['haproxy/capital-keyword', 'Frontend'], ['haproxy/line-before-section', 'Frontend f'], ['haproxy/line-before-section', 'bind :80']]],
  ['a section with a typing error', 'global\n  daemon\nbakend b\n  server s 192.0.2.1:80\n', [['haproxy/unknown-section', 'bakend']]],
  ['a section nobody knows', 'global\n  daemon\nsomething-new x\n  a b\n', [['haproxy/unknown-section', 'something-new']]],
  ['a line before any section', 'maxconn 1\nglobal\n  daemon\n', [['haproxy/line-before-section', 'maxconn 1']]],
  ['an .if without an end', 'global\n.if 1\n  daemon\n', [['haproxy/unbalanced-if', '.if 1']]],
  ['an .endif without a start', 'global\n.endif\n', [['haproxy/unbalanced-if', '.endif']]],
  ['an .elif after .else', 'global\n.if 1\n.else\n.elif 1\n.endif\n', [['haproxy/unbalanced-if', '.elif 1']]],
  ['a directive with a typing error', 'global\n.fi 1\n', [['haproxy/unknown-directive', '.fi 1']]],
  ['H-DEF-6: two backends of one name', 'backend a\nbackend a\n', [['haproxy/duplicate-proxy', 'backend a']]],
  ['H-DEF-6: a listen and a frontend of one name', 'listen a\nfrontend a\n', [['haproxy/duplicate-proxy', 'frontend a']]],
  ['H-DEF-7: a frontend and a backend may share a name', 'frontend a\nbackend a\n', []],
  ['names inside conditions are not compared', '.if 1\nbackend a\n.else\nbackend a\n.endif\n', []],
  ['two defaults may share a name', 'defaults a\ndefaults a\n', []],
  ['65 words', `backend a\n  acl x path${' w'.repeat(62)}\n`, [['haproxy/too-many-words', 'w']]],
  ['64 words are allowed', `backend a\n  acl x path${' w'.repeat(61)}\n`, []],
  ['64 words and a blank are one too many', `backend a\n  acl x path${' w'.repeat(61)} \n`, [['haproxy/too-many-words', 'w']]],
  ['a byte order mark', '\uFEFFglobal\n  daemon\n', [['haproxy/byte-order-mark', '\uFEFF'], ['haproxy/line-before-section', '\uFEFFglobal'], ['haproxy/line-before-section', 'daemon']]],
]

for (const [name, text, findings] of rows) {
  test(name, () => {
    const { diagnostics } = parseHaproxy(fileOf(text))
    assert.deepEqual(diagnostics.map((finding) => [finding.code, text.slice(finding.at.start, finding.at.end)]), findings)
    for (const finding of diagnostics) {
      assert.equal(finding.severity, 'error')
      assert.match(finding.message, /^HAProxy will not start: .*\.$/)
    }
  })
}

test('applying the fixes gives a text without those findings', () => {
  for (const text of ['global\n  daemon', 'frontend f\n  acl a path_reg "^/b$"\n', 'frontend f\n  Default_backend b\n', 'global\n  daemon\nbakend b\n']) {
    const { diagnostics } = parseHaproxy(fileOf(text))
    let fixed = text
    for (const edit of diagnostics.flatMap((finding) => finding.fix?.edits ?? []).toReversed()) fixed = fixed.slice(0, edit.at.start) + edit.text + fixed.slice(edit.at.end)
    assert.notEqual(fixed, text)
    assert.deepEqual(parseHaproxy(fileOf(fixed)).diagnostics, [])
  }
})

test('sections have their kind, name, parent and lines', () => {
  const tree = treeOf('# top\nglobal\n  daemon\n\ndefaults a from b\nfrontend f from a\n  bind :80\n"backend" "x y"\nbakend z\n  server s 192.0.2.1\n')
  assert.deepEqual(tree.sections, [
    { kind: 'global', name: null, from: null, line: 1, endLine: 4 },
    { kind: 'defaults', name: 'a', from: 'b', line: 4, endLine: 5 },
    { kind: 'frontend', name: 'f', from: 'a', line: 5, endLine: 7 },
    { kind: 'backend', name: 'x y', from: null, line: 7, endLine: 8 },
    { kind: 'bakend', name: 'z', from: null, line: 8, endLine: 11 },
  ])
})

test('the outline covers each section to its last words', () => {
  const tree = treeOf('global\n  daemon\n\n# note\nfrontend f\n  bind :80\n')
  assert.deepEqual(outlineHaproxy(tree).map((entry) => [entry.title, tree.file.text.slice(entry.span.start, entry.span.end)]), [['global', 'global\n  daemon'], ['frontend f', 'frontend f\n  bind :80']])
})

test('lines give their text, words and comment', () => {
  const tree = treeOf('global\r\n  daemon # why\r\n')
  assert.equal(lineText(tree, 1), '  daemon # why')
  assert.equal(keyword(tree, 1), 'daemon')
  assert.equal(commentText(tree, 1), ' why')
  const span = lineSpan(tree, 1)
  assert.equal(tree.file.text.slice(span.start, span.end), 'daemon # why')
  assert.equal(keyword(tree, 2), '')
})

test('a config is recognised, other formats are not', () => {
  const sure = 'global\n  daemon\nfrontend f\n  bind :80\n  default_backend b\n'
  assert.equal(detectHaproxy(fileOf(sure, 'x')), 1)
  assert.equal(detectHaproxy(fileOf('http {\n  server {\n    listen 80;\n  }\n}\n', 'nginx.conf')), 0)
  assert.equal(detectHaproxy(fileOf('static_resources:\n  listeners:\n  - name: a\n', 'envoy.yaml')), 0)
  assert.ok(detectHaproxy(fileOf('', 'haproxy.cfg')) < 0.5)
  assert.equal(detectHaproxy({ ...fileOf(sure), role: 'map' }), 0)
})
