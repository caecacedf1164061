import { test } from 'node:test'
import assert from 'node:assert/strict'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { parsedOf, shown } from './tree-of.ts'

const trees: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ['blanks and line ends separate words, a semicolon ends the directive', 'a  b\n\tc;d;', ['a b c;', 'd;']],
  ['blocks hold directives', 'a b {c;d{}}', ['a b {', '  c;', '  d {', '  }', '}']],
  ['a number sign starts a comment only where a word may start', 'a b#c; # d;\ne;', ['a b#c;', 'e;']],
  ['a quote inside a word is an ordinary byte', 'a b"c \'d\';', ['a "b\\"c" d;']],
  ['quotes keep blanks, semicolons and braces', 'a "b ; { } #" \'c "d"\';', ['a "b ; { } #" "c \\"d\\"";']],
  ['escaped quotes and backslashes lose their backslash, other escapes keep it', 'a "\\"" \'\\\'\' \\\\ \\. \\;b;', ['a "\\"" "\'" "\\\\" "\\\\." "\\\\;b";']],
  ['escapes of control bytes become them', 'a "\\t\\r\\n" b\\tc;', ['a "\\t\\r\\n" "b\\tc";']],
  ['a brace opens a block in the middle of an unquoted word', 'a b{c;}', ['a b {', '  c;', '}']],
  ['braces behind a dollar belong to the word', 'a ${b}c;', ['a "${b}c";']],
  ['a closing brace inside a word is ordinary', 'a b}c;', ['a "b}c";']],
  ['a parenthesis may follow a closing quote', 'if ($a = "b") {}', ['if ($a = b ) {', '}']],
  ['a lost semicolon joins the next line', 'server_name a\nindex b;', ['server_name a index b;']],
  ['a byte order mark and carriage returns are blanks', '\uFEFFa;\r\nb;\r\n', ['a;', 'b;']],
  ['a NUL byte is part of a word', 'a b\0c;', ['a b\0c;']],
  ['the body of a Lua block is one piece', 'a_by_lua_block { local t = { "}" } -- }\n[[ } ]] }\nb;', ['a_by_lua_block { local t = { "}" } -- }\n[[ } ]] }', 'b;']],
  ['nothing between the braces of a Lua block is nothing', 'a_by_lua_block {}b;', ['a_by_lua_block {}', 'b;']],
]
for (const [name, text, expected] of trees) {
  test(name, () => {
    assert.deepEqual(shown(parsedOf(text).tree.directives), expected)
  })
}

test('a brace behind a variable without braces opens a block', () => {
  assert.deepEqual(shown(parsedOf('if $d{e;}').tree.directives), ['if $d {', '  e;', '}'])
})

const broken: readonly (readonly [name: string, text: string, codes: readonly string[], expected: readonly string[]])[] = [
  ['a lost semicolon before a brace ends the directive', 'a { b c } d;', ['nginx/missing-semicolon'], ['a {', '  b c;', '}', 'd;']],
  ['a lost semicolon at the end of the file ends the directive', 'a b', ['nginx/missing-semicolon'], ['a b;']],
  ['a brace too many is passed over', 'a;\n}\nb;', ['nginx/unexpected-sign'], ['a;', 'b;']],
  ['a second semicolon is passed over', 'a;;b;', ['nginx/unexpected-sign'], ['a;', 'b;']],
  ['a block without a name is kept under an empty name', '{a;}', ['nginx/unexpected-sign'], ['"" {', '  a;', '}']],
  ['an open block ends with the file', 'a { b { c;', ['nginx/unclosed-block', 'nginx/unclosed-block'], ['a {', '  b {', '    c;', '  }', '}']],
  ['an open quote reaches to the end', 'a "b; c;', ['nginx/missing-semicolon', 'nginx/unclosed-quote'], ['a "b; c;";']],
  ['text behind a closing quote is a word of its own', 'a "b"c;', ['nginx/text-after-quote'], ['a b c;']],
  ['an open Lua block reaches to the end', 'a_by_lua_block { x', ['nginx/unclosed-block'], ['a_by_lua_block { x}']],
  ['a word of 4096 bytes is too long', `a ${'é'.repeat(2048)};`, ['nginx/too-long'], [`a ${'é'.repeat(2048)};`]],
]
for (const [name, text, codes, expected] of broken) {
  test(name, () => {
    const { tree, diagnostics } = parseNginx({ path: 'x', text, role: 'config', encoding: 'utf-8' })
    assert.deepEqual(diagnostics.map((one) => one.code).toSorted(), codes)
    assert.deepEqual(shown(tree.directives), expected)
  })
}

test('spans reach from the name to the semicolon or brace, words keep quotes in theirs', () => {
  const text = 'a "b";\nc { d; }'
  const [first, second] = parsedOf(text).tree.directives
  const cut = (span: { readonly start: number; readonly end: number } | undefined): string => text.slice(span?.start, span?.end)
  assert.equal(cut(first?.span), 'a "b";')
  assert.equal(cut(first?.args[0]?.span), '"b"')
  assert.equal(first?.args[0]?.raw, '"b"')
  assert.equal(first.args[0].quote, '"')
  assert.equal(cut(second?.span), 'c { d; }')
  assert.equal(cut(second?.block?.open), '{')
  assert.equal(cut(second?.block?.close ?? undefined), '}')
})

test('blocks nested deeper than anybody writes are cut, and nothing throws', () => {
  const { tree, diagnostics } = parseNginx({ path: 'x', text: 'a{'.repeat(100_000), role: 'config', encoding: 'utf-8' })
  assert.ok(shown(tree.directives).length < 500)
  assert.ok(diagnostics.some((one) => one.code === 'nginx/too-deep'))
})
