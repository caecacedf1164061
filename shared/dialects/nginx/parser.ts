import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'
import { markerPath, preambleEnd } from './dump.ts'
import { lexNginx } from './lexer.ts'
import type { LexProblem } from './lexer.ts'
import { ServerBlock } from './server-block.ts'
import { tokenKinds } from './tree.ts'
import type { Block, Directive, DumpPart, NginxTree, TokenTable, Word } from './tree.ts'
import { DirectiveNode, WordNode, wordsFrom, wordValue } from './words.ts'
import type { TokenSource } from './words.ts'

const mostNames = 2_000

/** A block that is being read. */
interface Level {
  /** The words of the directive that opened it; none for the top of the file. */
  readonly first: number
  readonly words: number
  readonly start: number
  readonly open: number
  readonly directives: Directive[]
}

/** Blocks inside each other that are kept; nobody writes that many, and everything that walks a tree may rely on it. */
const mostLevels = 100

interface Reader {
  readonly file: SourceFile
  readonly tokens: TokenTable
  /** What directives keep: file and tokens, and nothing of the reading. */
  readonly source: TokenSource
  readonly findings: Diagnostic[]
  /** Outermost first; never empty. */
  levels: Level[]
  /** Token of the first word of the directive that is being read, and how many there are. */
  first: number
  words: number
  /** Offsets of the directive that is being read. */
  start: number
  end: number
  /** Names of directives so far, as written: each is kept once, so that they are compared and looked up at a glance. */
  readonly names: Map<string, string>
  isDump: boolean
}

/**
 * Lossless tree of one nginx file, with what is wrong at the level of words, quotes and braces.
 *
 * Shape: every byte of the text is in the tokens. nginx stops at its first complaint; here the rest is read as well, as far as
 * it can be understood: a lost `;` before `}` ends the directive, a `}` too many is passed over, an open block ends with the file.
 * Errors: none thrown, whatever the text. Findings carry `nginx/…` codes.
 * Source: N-LEX-1 to N-LEX-9; nginx beginner's guide, "Configuration File's Structure".
 */
export function parseNginx(file: SourceFile): { readonly tree: NginxTree; readonly diagnostics: readonly Diagnostic[] } {
  const { tokens, problems } = lexNginx(file.text, preambleEnd(file.text))
  const reader: Reader = { file, tokens, source: { file, tokens }, findings: [], levels: [topLevel()], first: -1, words: 0, start: 0, end: 0, names: new Map(), isDump: false }
  for (const problem of problems) reader.findings.push(lexFinding(reader, problem))
  const parts: DumpPart[] = []
  let path: string | null = null
  const directives: Directive[] = []
  const finishPart = (): void => {
    finishText(reader)
    const read = reader.levels[0]?.directives ?? []
    for (const directive of read) directives.push(directive)
    if (path !== null) parts.push({ path, directives: read })
    reader.levels = [topLevel()]
  }
  const isDump = startsWithMarker(reader)
  reader.isDump = isDump
  for (let token = 0; token < tokens.count; token += 1) {
    const marker = isDump && tokens.kind[token] === tokenKinds.comment ? markerAt(reader, token) : null
    if (marker === null) token = readToken(reader, token)
    else {
      finishPart()
      path = marker
    }
  }
  finishPart()
  reader.findings.sort((a, b) => a.at.start - b.at.start)
  return { tree: { file, directives, tokens, parts: isDump ? parts : null }, diagnostics: reader.findings }
}

function topLevel(): Level {
  return { first: -1, words: 0, start: 0, open: 0, directives: [] }
}

function spanOf(reader: Reader, start: number, end: number): Span {
  return { file: reader.file.path, start, end }
}

/** Whether a marker of a dump stands above every directive. */
function startsWithMarker(reader: Reader): boolean {
  const { tokens } = reader
  for (let token = 0; token < tokens.count; token += 1) {
    if (tokens.kind[token] === tokenKinds.blank) continue
    if (tokens.kind[token] !== tokenKinds.comment) return false
    if (markerAt(reader, token) !== null) return true
  }
  return false
}

/** Path in the marker of a dump that stands at `token`; null: there is none. */
function markerAt(reader: Reader, token: number): string | null {
  const { tokens, file } = reader
  if (token >= tokens.count || tokens.kind[token] !== tokenKinds.comment) return null
  const start = tokens.start[token] as number
  if (start > 0 && file.text.charCodeAt(start - 1) !== 10) return null
  return markerPath(file.text.slice(start, tokens.start[token + 1]))
}

/** Reads one token, or `{` with the opaque body behind it; gives the last token it has read. */
function readToken(reader: Reader, token: number): number {
  const { tokens } = reader
  const start = tokens.start[token] as number
  const end = tokens.start[token + 1] as number
  switch (tokens.kind[token]) {
    case tokenKinds.word:
      if (reader.words === 0) {
        reader.start = start
        reader.first = token
      }
      reader.words += 1
      reader.end = end
      return token
    case tokenKinds.end:
      if (reader.words === 0) reader.findings.push(unexpected(reader, start, ';', 'there is no directive before it'))
      else finishDirective(reader, null, end)
      return token
    case tokenKinds.open: return openBlock(reader, token)
    case tokenKinds.close:
      closeBlock(reader, start)
      return token
    default: return token
  }
}

function finishDirective(reader: Reader, body: Block | Word | null, end: number): void {
  const level = reader.levels[reader.levels.length - 1]
  level?.directives.push(new DirectiveNode(reader.source, nameWord(reader), reader.first, reader.words, body, reader.start, end))
  reader.words = 0
  reader.first = -1
}

function nameWord(reader: Reader): Word {
  const { file, tokens, names, first } = reader
  if (reader.words === 0) return new WordNode(file, reader.start, reader.start)
  const start = tokens.start[first] as number
  const end = tokens.start[first + 1] as number
  const raw = file.text.slice(start, end)
  let value = names.get(raw)
  if (value === undefined) {
    value = wordValue(raw)
    // A file of nothing but different words has no names worth keeping.
    if (names.size < mostNames) names.set(raw, value)
  }
  return new WordNode(file, start, end, value)
}

function openBlock(reader: Reader, token: number): number {
  const { tokens } = reader
  const start = tokens.start[token] as number
  if (reader.words === 0) {
    reader.findings.push(unexpected(reader, start, '{', 'there is no directive before it'))
    reader.start = start
  } else if (nameWord(reader).value.endsWith('_by_lua_block')) {
    const hasBody = tokens.kind[token + 1] === tokenKinds.opaque && token + 1 < tokens.count
    const body = hasBody ? new WordNode(reader.file, start + 1, tokens.start[token + 2] as number) : new WordNode(reader.file, start + 1, start + 1)
    const last = token + (hasBody ? 1 : 0)
    const closed = tokens.kind[last + 1] === tokenKinds.close && last + 1 < tokens.count
    finishDirective(reader, body, tokens.start[closed ? last + 2 : last + 1] as number)
    return closed ? last + 1 : last
  }
  // What is wrong with a group that lies too deep is said elsewhere.
  const group = reader.words === 2 && reader.levels.length < mostLevels && isUpstream(reader) ? ServerBlock.read(reader.source, token, (comment) => reader.isDump && markerAt(reader, comment) !== null) : null
  if (group !== null) {
    finishDirective(reader, group, tokens.start[group.last + 1] as number)
    return group.last
  }
  reader.levels.push({ first: reader.first, words: reader.words, start: reader.start, open: start, directives: [] })
  reader.words = 0
  reader.first = -1
  return token
}

function isUpstream({ file, tokens, first }: Reader): boolean {
  const start = tokens.start[first] as number
  return tokens.start[first + 1] === start + 8 && file.text.startsWith('upstream', start)
}

function closeBlock(reader: Reader, at: number): void {
  if (reader.words > 0) endWithoutSemicolon(reader, 'the block ends')
  if (reader.levels.length === 1) {
    reader.findings.push(unexpected(reader, at, '}', 'no block is open here'))
    return
  }
  closeLevel(reader, reader.levels.pop() as Level, spanOf(reader, at, at + 1), at + 1)
}

/** Puts the directive whose block was `level` into the level around it; what lies too deep is one opaque piece. */
function closeLevel(reader: Reader, level: Level, close: Span | null, end: number): void {
  const tooDeep = reader.levels.length > mostLevels
  if (tooDeep && level.directives.length > 0 && reader.levels.length === mostLevels + 1) {
    reader.findings.push(diagnostic({
      code: 'nginx/too-deep', severity: 'warning', at: spanOf(reader, level.start, level.open + 1), source: 'Steelyard input rules',
      message: `Blocks are nested more than ${String(mostLevels)} deep; what lies deeper is not read.`,
    }))
  }
  reader.words = level.words
  reader.first = level.first
  reader.start = level.start
  const body: Block | Word = tooDeep ? new WordNode(reader.file, level.open + 1, Math.max(level.open + 1, close?.start ?? end)) : { directives: level.directives.slice(), open: spanOf(reader, level.open, level.open + 1), close }
  finishDirective(reader, body, end)
}

/** Ends what is still open where the text, or a part of a dump, ends. */
function finishText(reader: Reader): void {
  if (reader.words > 0) endWithoutSemicolon(reader, 'the file ends')
  while (reader.levels.length > 1) {
    const level = reader.levels.pop() as Level
    const name = wordsFrom(reader.source, level.first, level.words).map((word) => word.raw).join(' ')
    const at = spanOf(reader, level.start, level.open + 1)
    reader.findings.push(diagnostic({
      code: 'nginx/unclosed-block', severity: 'error', at, source: 'N-LEX-7', names: [name],
      message: `nginx will not start: the block '${name}' is never closed; a '}' is missing.`,
    }))
    const last = level.directives.at(-1)?.span.end ?? level.open + 1
    closeLevel(reader, level, null, last)
  }
}

function endWithoutSemicolon(reader: Reader, what: string): void {
  const name = nameWord(reader).value
  const { end } = reader
  reader.findings.push(diagnostic({
    code: 'nginx/missing-semicolon', severity: 'error', at: spanOf(reader, reader.start, end), source: 'N-LEX-7', names: [name],
    message: `nginx will not start: '${name}' has no ';' before ${what}.`,
    fix: { title: "Add ';'", edits: [{ at: spanOf(reader, end, end), text: ';' }] },
  }))
  finishDirective(reader, null, end)
}

function unexpected(reader: Reader, at: number, sign: string, why: string): Diagnostic {
  return diagnostic({
    code: 'nginx/unexpected-sign', severity: 'error', at: spanOf(reader, at, at + 1), source: 'N-LEX-7', names: [sign],
    message: `nginx will not start: '${sign}' is out of place, as ${why}.`,
  })
}

function lexFinding(reader: Reader, problem: LexProblem): Diagnostic {
  const { tokens, file } = reader
  const start = tokens.start[problem.token] as number
  const end = tokens.start[problem.token + 1] ?? file.text.length
  const at = spanOf(reader, start, end)
  const shown = file.text.slice(start, Math.min(end, start + 20))
  const common = { severity: 'error', source: 'N-LEX-4b', names: [shown] } as const
  switch (problem.kind) {
    case 'unclosed-quote': return diagnostic({ ...common, code: 'nginx/unclosed-quote', at: spanOf(reader, start, Math.min(end, start + 1)), message: `nginx will not start: the quote ${shown.charAt(0)} opened here is never closed, so the rest of the file is one word.` })
    case 'text-after-quote': return diagnostic({ ...common, code: 'nginx/text-after-quote', at, message: `nginx will not start: after the closing quote of ${shown} there must be a blank, ';' or '{'.` })
    case 'too-long': return diagnostic({ ...common, code: 'nginx/too-long', at, source: 'N-LEX, buffer of 4096 bytes', message: `nginx will not start: '${shown}…' is longer than the 4095 bytes that a word or comment may have.` })
    case 'byte-order-mark': return diagnostic({
      ...common, code: 'nginx/byte-order-mark', at: spanOf(reader, start, start + 1), names: [], message: 'nginx will not start: the file begins with a byte order mark, which becomes part of the first directive name.',
      fix: { title: 'Remove the byte order mark', edits: [{ at: spanOf(reader, start, start + 1), text: '' }] },
    })
    case 'unclosed-lua': return diagnostic({ ...common, code: 'nginx/unclosed-block', at: spanOf(reader, Math.max(0, start - 1), start), source: 'lua-nginx-module, *_by_lua_block', message: "nginx will not start: the Lua block opened here is never closed; a '}' is missing." })
  }
}
