import { test } from 'node:test'
import assert from 'node:assert/strict'
import { lexHaproxy } from '#shared/dialects/haproxy/lexer.ts'
import { lineFlags } from '#shared/dialects/haproxy/tree.ts'

function rawWords(text: string): readonly (readonly string[])[] {
  const lines = lexHaproxy(text)
  return Array.from({ length: lines.count }, (_, line) => {
    const found: string[] = []
    for (let word = lines.firstWord[line] as number; word < (lines.firstWord[line + 1] as number); word += 1) found.push(text.slice(lines.wordStart[word], lines.wordEnd[word]))
    return found
  })
}

const rows: readonly (readonly [name: string, text: string, words: readonly (readonly string[])[]])[] = [
  ['an empty text is one empty line', '', [[]]],
  ['a final line end opens an empty line', 'a b\n', [['a', 'b'], []]],
  ['indentation and runs of blanks do not count', '\t a  b\t\n', [['a', 'b'], []]],
  ['CR before LF ends the line', 'a b\r\nc\r\n', [['a', 'b'], ['c'], []]],
  ['CR behind a word ends its line', 'a b\rc d\ne\n', [['a', 'b'], ['e'], []]],
  ['CR behind a blank is one more blank', 'a \rb\n', [['a', 'b'], []]],
  ['a comment may stand inside a word', 'a b#c d\n', [['a', 'b'], []]],
  ['quotes keep blanks and sharps together', `a "b # c" 'd e'\n`, [['a', '"b # c"', "'d e'"], []]],
  ['escaped blanks and sharps stay in the word', 'a b\\ c\\#d e\n', [['a', 'b\\ c\\#d', 'e'], []]],
  ['the default of a variable may hold quotes and blanks', 'a "${X-b "c} d" e\n', [['a', '"${X-b "c} d"', 'e'], []]],
  ['a broken word takes the rest of the line', "a 'b c\nd\n", [['a', "'b c"], ['d'], []]],
  ['bytes above 127 are ordinary', 'a\u00a0b é\u2028c\n', [['a\u00a0b', 'é\u2028c'], []]],
]
for (const [name, text, words] of rows) test(name, () => assert.deepEqual(rawWords(text), words))

test('flags say what a line needs', () => {
  const { flags, commentStart } = lexHaproxy('plain ^/a\\.html$\n"q" x\n .if 1\nx # c\nx "\nx \\x4\n')
  assert.deepEqual([...flags.slice(0, 6)], [0, lineFlags.cooked, lineFlags.conditional, lineFlags.comment, lineFlags.cooked | lineFlags.broken, lineFlags.broken])
  assert.deepEqual([...commentStart.slice(0, 5)], [-1, -1, -1, 32, -1])
})
