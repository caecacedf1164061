import { test } from 'node:test'
import assert from 'node:assert/strict'
import { expandAddress, lineWords, wordValues, words } from '#shared/dialects/haproxy/words.ts'
import { parseSampleText } from '#shared/dialects/haproxy/samples.ts'
import { treeOf } from './tree-of.ts'

const environment = { variables: { P: 'val', EMPTY: '', L: '/p /q', A: '127.0.0.1' }, version: '2.6' }

const rows: readonly (readonly [name: string, line: string, values: readonly string[], version?: string])[] = [
  ['H-LEX-1b: a sharp inside a word starts a comment', 'acl x path /a#b /c', ['acl', 'x', 'path', '/a']],
  ['H-LEX-1b: three ways to write a literal sharp', `acl y path /d\\#e "/f#g" '/h#i'`, ['acl', 'y', 'path', '/d#e', '/f#g', '/h#i']],
  ['H-LEX-2b: backslashes of regular expressions stay', `a ^/a\\.html$ "^/b\\.html\\$" '^/c\\.html$' ^/d\\\\.html$ ^/e\\x2ehtml$`, ['a', '^/a\\.html$', '^/b\\.html$', '^/c\\.html$', '^/d\\.html$', '^/e.html$']],
  ['H-LEX-3: variables count between double quotes only', `a /$P "/$P" '/$P' "/\${NOPE-dflt}/x" "/z\${EMPTY-dflt}"`, ['a', '/$P', '/val', '/$P', '/dflt/x', '/z']],
  ['H-LEX-4: an empty word ends the list on 2.6', 'acl a path "$NOPE" /k', ['acl', 'a', 'path']],
  ['H-LEX-4: on 3.0 the unset variable swallows its closing quote', 'acl a path "$NOPE" /k', ['acl', 'a', 'path', '/k'], '3.0'],
  ['H-LEX-4: on 3.4 the empty word ends the list again', 'acl a path "$NOPE" /k', ['acl', 'a', 'path'], '3.4'],
  ['H-LEX-5: [*] splits a variable into words', 'acl a path "${L[*]}" "${L}"', ['acl', 'a', 'path', '/p', '/q', '/p /q']],
  ['H-LEX-6: a backslash at the end is a word', 'use_backend b if x \\', ['use_backend', 'b', 'if', 'x', '\\']],
  ['H-LEX-12: CR ends the line', 'bind :80\r', ['bind', ':80']],
  ['blanks can be escaped or quoted', `a b\\ c "d e" 'f g' h" "i`, ['a', 'b c', 'd e', 'f g', 'h i']],
  ['control characters can be escaped', 'a b\\tc\\nd\\re', ['a', 'b\tc\nd\re']],
  ['other pairs keep the backslash', 'a b\\zc\\$d', ['a', 'b\\zc\\$d']],
  ['escaped bytes form characters', 'a \\xe2\\x82\\xac \\xe9', ['a', '€', 'é']],
  ['quotes may open in the middle of a word', `"/t"ex't'`, ['/text']],
  ['form feed and vertical tab separate words', 'a\vb\fc', ['a', 'b', 'c']],
  ['an empty pair of quotes ends the list', 'a b "" c', ['a', 'b']],
  ['pseudo variables name the place', 'a "${.LINE}" "${.FILE}"', ['a', '1', 'haproxy.cfg']],
]

for (const [name, line, values, version] of rows) {
  test(name, () => {
    assert.deepEqual(wordValues(treeOf(`${line}\n`), 0, { ...environment, version: version ?? '2.6' }), values)
  })
}

test('a word knows its place, its quoting and its variables', () => {
  const tree = treeOf(`a "x$P" 'y' z"w"\n`)
  const found = words(tree, 0, environment)
  assert.deepEqual(found.map((word) => [word.value, word.quoting, word.variables, tree.file.text.slice(word.span.start, word.span.end)]), [
    ['a', 'none', [], 'a'], ['xval', 'double', ['P'], '"x$P"'], ['y', 'single', [], "'y'"], ['zw', 'mixed', [], 'z"w"'],
  ])
})

test('the empty word is reported, and how serious it is depends on the version', () => {
  const tree = treeOf('acl a path "$NOPE" /k\n')
  const on26 = lineWords(tree, 0, environment)
  assert.deepEqual([on26.emptyWord?.start, on26.emptyWord?.end, on26.emptyWordIs], [11, 18, 'silent'])
  assert.equal(lineWords(tree, 0, { ...environment, version: '3.0' }).emptyWord, null)
  assert.equal(lineWords(tree, 0, { ...environment, version: '3.2' }).emptyWordIs, 'warning')
  assert.equal(lineWords(tree, 0, { ...environment, version: '3.4' }).emptyWordIs, 'fatal')
})

test('H-LEX-3b: addresses expand variables without quotes', () => {
  assert.equal(expandAddress('${A}:80', environment), '127.0.0.1:80')
  assert.equal(expandAddress('$A:80', environment), '127.0.0.1:80')
  assert.equal(expandAddress('$NOPE:80', environment), ':80')
  assert.equal(expandAddress('192.0.2.1:80', environment), '192.0.2.1:80')
})

test('a default inside braces is refused before 2.5', () => {
  assert.equal(lineWords(treeOf('a "${X-y}"\n'), 0, { ...environment, version: '2.4' }).problem?.problem, 'unmatched-brace')
})

const samples: readonly (readonly [text: string, calls: readonly (readonly [string, readonly string[]])[]])[] = [
  ['req.hdr(host),field(1,:)', [['req.hdr', ['host']], ['field', ['1', ':']]]],
  ['path', [['path', []]]],
  ['path,lower', [['path', []], ['lower', []]]],
  ['map(/etc/x.map, d)', [['map', ['/etc/x.map', ' d']]]],
  ['str("a,b"),regsub("\\(x\\)",\'y z\',g)', [['str', ['a,b']], ['regsub', ['\\(x\\)', 'y z', 'g']]]],
  ['word(1,",")', [['word', ['1', ',']]]],
  ['var(txn.a),concat(\\ ,b)', [['var', ['txn.a']], ['concat', [' ', 'b']]]],
  ['rand()', [['rand', []]]],
  ['field(2,)', [['field', ['2', '']]]],
]
for (const [text, calls] of samples) {
  test(`the sample ${text} reads as its calls`, () => {
    const read = parseSampleText(text)
    assert.equal(read.problem, null)
    assert.deepEqual(read.calls.map((call) => [call.name, call.args]), calls)
    assert.equal(read.calls.map((call) => text.slice(call.start, call.end)).join(','), text)
  })
}

test('a sample with an open parenthesis says so', () => {
  assert.match(parseSampleText('path,field(1,/').problem ?? '', /closing/)
})
