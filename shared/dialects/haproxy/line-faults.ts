import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { contentEnd, keyword, lineSpan, rawWord, statementSpan, wordSpan } from './accessors.ts'
import { isFirstWord } from './first-words.ts'
import { portion } from './portions.ts'
import { sectionKinds } from './sections.ts'
import { lineFlags, type HaproxyTree } from './tree.ts'
import { bareEnvironment, lineWords } from './words.ts'

/** Words one line may have; the next one is refused. */
const mostWords = 64

/** What is wrong with the file as a whole: how it begins and ends, and bytes that no config may hold. */
export function checkFile(tree: HaproxyTree, findings: Diagnostic[]): void {
  const { text, path, encoding } = tree.file
  if (text.length === 0) return
  const last = text.charCodeAt(text.length - 1)
  if (last !== 10) {
    const line = tree.lines.count - 1
    findings.push(diagnostic({
      code: 'haproxy/missing-final-line-end',
      severity: 'error',
      message: 'HAProxy will not start: the last line does not end with a line break, so the file looks cut off.',
      at: { file: path, start: Math.min(lineSpan(tree, line).start, text.length), end: text.length },
      source: 'H-LEX-7',
      fix: { title: 'Add a line break at the end', edits: [{ at: { file: path, start: text.length, end: text.length }, text: '\n' }] },
    }))
  }
  const nul = text.indexOf('\0')
  if (nul !== -1) {
    findings.push(diagnostic({
      code: 'haproxy/nul-byte',
      severity: 'error',
      message: 'HAProxy will not start: the file contains a NUL byte, and everything after it on that line is lost.',
      at: { file: path, start: nul, end: nul + 1 },
      source: 'H-LEX-7',
    }))
  }
  if (text.charCodeAt(0) === 0xfeff) {
    findings.push(diagnostic({
      code: 'haproxy/byte-order-mark',
      severity: 'error',
      message: 'HAProxy will not start: the file begins with a byte order mark, which HAProxy reads as part of the first word.',
      at: { file: path, start: 0, end: 1 },
      source: 'tokeniser rules of H-LEX-11; run on 2.6.12',
      fix: { title: 'Remove the byte order mark', edits: [{ at: { file: path, start: 0, end: 1 }, text: '' }] },
    }))
  } else if (encoding === 'utf-8-bom') {
    findings.push(diagnostic({
      code: 'haproxy/byte-order-mark',
      severity: 'error',
      message: 'HAProxy will not start: the file on disk begins with a byte order mark, which HAProxy reads as part of the first word.',
      at: { file: path, start: 0, end: 0 },
      source: 'tokeniser rules of H-LEX-11; run on 2.6.12',
    }))
  }
}

function hasCapital(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= 65 && code <= 90) return true
  }
  return false
}

/** What is wrong with lines by themselves: quotes, number of words, capitals, lines in front of the first section. */
export function checkLines(tree: HaproxyTree, findings: Diagnostic[]): void {
  const { count } = tree.lines
  const firstSection = tree.sections[0]?.line ?? count
  for (let line = 0; line < count; line += portion) checkSomeLines(tree, line, Math.min(count, line + portion), firstSection, findings)
}

function checkSomeLines(tree: HaproxyTree, from: number, to: number, firstSection: number, findings: Diagnostic[]): void {
  const { lines, file } = tree
  const { text } = file
  for (let line = from; line < to; line += 1) {
    const flag = lines.flags[line] as number
    const first = lines.firstWord[line] as number
    const count = (lines.firstWord[line + 1] as number) - first
    if ((flag & lineFlags.broken) !== 0) brokenLine(tree, line, findings)
    if (count === 0) continue
    if (count > mostWords || (count === mostWords && hasTrailingBlank(tree, line))) tooManyWords(tree, line, count, findings)
    if ((flag & (lineFlags.section | lineFlags.conditional)) !== 0) continue
    const start = lines.wordStart[first] as number
    const end = lines.wordEnd[first] as number
    if (hasCapital(text, start, end)) capitalKeyword(tree, line, findings)
    if (line < firstSection && text.charCodeAt(start) !== 91) lineWithoutSection(tree, line, findings)
  }
}

function hasTrailingBlank(tree: HaproxyTree, line: number): boolean {
  const comment = tree.lines.commentStart[line] as number
  const end = tree.lines.wordEnd[(tree.lines.firstWord[line + 1] as number) - 1] as number
  return (comment === -1 ? contentEnd(tree, line) : comment) > end
}

function tooManyWords(tree: HaproxyTree, line: number, count: number, findings: Diagnostic[]): void {
  const first = tree.lines.firstWord[line] as number
  const name = keyword(tree, line)
  findings.push(diagnostic({
    code: 'haproxy/too-many-words',
    severity: 'error',
    message: `HAProxy will not start: this '${name}' line has ${String(count)} words${count === mostWords ? ' and a blank behind the last one' : ''}, and a line may have ${String(mostWords)}.`,
    at: count > mostWords ? { ...wordSpan(tree, first + mostWords), end: statementSpan(tree, line).end } : wordSpan(tree, first + count - 1),
    source: 'HAProxy configuration manual, section 2; run on 2.6.12',
    names: [name],
  }))
}

const brokenTexts = {
  'unmatched-quote': ['haproxy/unbalanced-quote', 'a quote is opened here and not closed on this line', 'H-LEX-8b'],
  'bad-escape': ['haproxy/bad-escape', "'\\x' needs two hexadecimal digits", 'H-LEX-2b'],
  'bad-variable': ['haproxy/bare-dollar', "a '$' between double quotes starts a variable name, and no name follows; write '\\$' for the character itself", 'H-LEX-2'],
  'unmatched-brace': ['haproxy/unbalanced-brace', "the '{' of a variable is not closed", 'H-LEX-3'],
  'bad-expansion': ['haproxy/bad-expansion', "only '[*]' may stand behind the name of a variable", 'H-LEX-5'],
} as const

function brokenLine(tree: HaproxyTree, line: number, findings: Diagnostic[]): void {
  const { problem } = lineWords(tree, line, bareEnvironment)
  if (problem === null || problem.problem === 'nul') return
  const [code, reason, source] = brokenTexts[problem.problem]
  const name = keyword(tree, line)
  const start = Math.min(problem.offset, contentEnd(tree, line))
  const isDollar = problem.problem === 'bad-variable' && tree.file.text.charCodeAt(start - 1) === 36
  const at = { file: tree.file.path, start: isDollar ? start - 1 : start, end: Math.min(start + 1, contentEnd(tree, line)) }
  findings.push(diagnostic({
    code,
    severity: 'error',
    message: `HAProxy will not start: ${reason}.`,
    at,
    source,
    names: [name.slice(0, 80)],
    fix: isDollar ? { title: "Write '\\$'", edits: [{ at: { file: at.file, start: at.start, end: at.start }, text: '\\' }] } : null,
  }))
}

function capitalKeyword(tree: HaproxyTree, line: number, findings: Diagnostic[]): void {
  const word = keyword(tree, line)
  const small = word.toLowerCase()
  if (isFirstWord(word) || !(isFirstWord(small) || sectionKinds.includes(small))) return
  const at = wordSpan(tree, tree.lines.firstWord[line] as number)
  findings.push(diagnostic({
    code: 'haproxy/capital-keyword',
    severity: 'error',
    message: `HAProxy will not start: keywords are written in small letters, so '${word}' is unknown; write '${small}'.`,
    at,
    source: 'H-LEX-11',
    names: [word],
    fix: { title: `Write '${small}'`, edits: [{ at, text: small }] },
  }))
}

function lineWithoutSection(tree: HaproxyTree, line: number, findings: Diagnostic[]): void {
  const word = rawWord(tree, tree.lines.firstWord[line] as number)
  findings.push(diagnostic({
    code: 'haproxy/line-before-section',
    severity: 'error',
    message: `HAProxy will not start: '${word.slice(0, 80)}' stands before the first section, so it belongs to nothing.`,
    at: statementSpan(tree, line),
    source: 'HAProxy configuration manual, section 2',
    names: [word.slice(0, 80)],
  }))
}
