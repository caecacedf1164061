import { tokenKinds } from './tree.ts'
import type { TokenTable } from './tree.ts'
import { endOfLua } from './lua.ts'

/** What is wrong with the bytes of one token; the parser turns it into a finding. */
export interface LexProblem {
  readonly kind: 'unclosed-quote' | 'text-after-quote' | 'too-long' | 'byte-order-mark' | 'unclosed-lua'
  /** Token it is about. */
  readonly token: number
}

export interface Lexed {
  readonly tokens: TokenTable
  readonly problems: readonly LexProblem[]
}

interface Draft {
  readonly text: string
  start: Int32Array
  kind: Uint8Array
  count: number
  /** Token of the first word of the directive that is being read; -1: none yet. */
  firstWord: number
  readonly problems: LexProblem[]
}

/** nginx reads words through a buffer of this many bytes; a word or comment that fills it is refused. */
const bufferBytes = 4096

/**
 * Tokens of an nginx config: words, blanks, comments, `;`, `{`, `}`, and bodies of Lua blocks.
 *
 * Shape: the tokens joined are the text. `from` code units at the start are one comment (the messages above a dump).
 * Units: UTF-16 code units; the buffer limit is counted in UTF-8 bytes.
 * Errors: none thrown. An unclosed quote or Lua block reaches to the end of the text.
 * Cost: one pass.
 * Source: N-LEX-1 to N-LEX-4b; `ngx_conf_read_token`.
 */
export function lexNginx(text: string, from = 0): Lexed {
  const draft: Draft = { text, start: new Int32Array(Math.max(16, text.length >> 2)), kind: new Uint8Array(Math.max(16, text.length >> 2)), count: 0, firstWord: -1, problems: [] }
  let at = 0
  if (from > 0) {
    add(draft, tokenKinds.comment, 0)
    at = from
  }
  // nginx takes the mark for a part of the first word and refuses it; the words behind it can still be read.
  if (at === 0 && text.charCodeAt(0) === 0xfeff) {
    draft.problems.push({ kind: 'byte-order-mark', token: 0 })
    add(draft, tokenKinds.blank, 0)
    at = 1
  }
  while (at < text.length) at = lexRun(draft, at)
  const { count } = draft
  const start = draft.start.slice(0, count + 1)
  if (start.length === count) throw new Error('the table always has room for one more token')
  start[count] = text.length
  return { tokens: { count, start, kind: draft.kind.slice(0, count) }, problems: draft.problems }
}

function add(draft: Draft, kind: number, at: number): void {
  if (draft.count + 1 >= draft.start.length) {
    const start = new Int32Array(draft.start.length * 2)
    start.set(draft.start)
    draft.start = start
    const kinds = new Uint8Array(draft.kind.length * 2)
    kinds.set(draft.kind)
    draft.kind = kinds
  }
  draft.start[draft.count] = at
  draft.kind[draft.count] = kind
  draft.count += 1
}

/** Signs of ASCII: 1 blank, 2 one that a word goes on with, 0 all others. */
const classes = new Uint8Array(128).fill(2)
for (const code of [9, 10, 13, 32]) classes[code] = 1
for (const sign of '#;{}"\'$\\') classes[sign.charCodeAt(0)] = 0

/** Reads blanks and plain words for as long as there is nothing else, and then one token of another kind; gives the offset behind. */
function lexRun(draft: Draft, from: number): number {
  const { text } = draft
  const { length } = text
  let at = from
  while (at < length) {
    const code = text.charCodeAt(at)
    const sign = code < 128 ? (classes[code] as number) : 0
    if (sign === 0) return lexToken(draft, at)
    let end = at + 1
    if (sign === 1) {
      while (end < length && isBlank(text.charCodeAt(end))) end += 1
      add(draft, tokenKinds.blank, at)
    } else {
      let next = 59
      while (end < length) {
        next = text.charCodeAt(end)
        if (next >= 128 || classes[next] !== 2) break
        end += 1
      }
      if (end < length && !isBlank(next) && next !== 59) return lexPlain(draft, at)
      measure(draft, at, end)
      addWord(draft, at)
    }
    at = end
  }
  return at
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13
}

/** Reads the token at `at`; gives the offset behind it. */
function lexToken(draft: Draft, at: number): number {
  const { text } = draft
  const code = text.charCodeAt(at)
  if (isBlank(code)) {
    add(draft, tokenKinds.blank, at)
    let end = at + 1
    while (end < text.length && isBlank(text.charCodeAt(end))) end += 1
    return end
  }
  switch (code) {
    case 35: {
      const feed = text.indexOf('\n', at)
      const end = feed === -1 ? text.length : feed
      measure(draft, at, end)
      add(draft, tokenKinds.comment, at)
      return end
    }
    case 59:
      draft.firstWord = -1
      add(draft, tokenKinds.end, at)
      return at + 1
    case 125:
      draft.firstWord = -1
      add(draft, tokenKinds.close, at)
      return at + 1
    case 123: return lexOpen(draft, at)
    case 34: case 39: return lexQuoted(draft, at, code)
    default: return lexPlain(draft, at)
  }
}

function lexOpen(draft: Draft, at: number): number {
  const { text, firstWord } = draft
  add(draft, tokenKinds.open, at)
  draft.firstWord = -1
  if (firstWord === -1) return at + 1
  const nameEnd = draft.start[firstWord + 1] as number
  if (!text.startsWith('_by_lua_block', nameEnd - 13)) return at + 1
  const end = endOfLua(text, at + 1)
  if (end === -1) draft.problems.push({ kind: 'unclosed-lua', token: draft.count })
  const stop = end === -1 ? text.length : end
  if (stop > at + 1) add(draft, tokenKinds.opaque, at + 1)
  return stop
}

function addWord(draft: Draft, at: number): void {
  if (draft.firstWord === -1) draft.firstWord = draft.count
  add(draft, tokenKinds.word, at)
}

function lexQuoted(draft: Draft, at: number, quote: number): number {
  const { text } = draft
  let end = at + 1
  let closed = false
  while (end < text.length && !closed) {
    const code = text.charCodeAt(end)
    if (code === 92) end += 2
    else {
      closed = code === quote
      end += 1
    }
  }
  end = Math.min(end, text.length)
  if (closed) {
    measure(draft, at, end - 1)
    const next = end < text.length ? text.charCodeAt(end) : 59
    if (!isBlank(next) && next !== 59 && next !== 123 && next !== 41) draft.problems.push({ kind: 'text-after-quote', token: draft.count })
  } else draft.problems.push({ kind: 'unclosed-quote', token: draft.count })
  addWord(draft, at)
  return end
}

function lexPlain(draft: Draft, at: number): number {
  const { text } = draft
  let end = at
  let variable = false
  while (end < text.length) {
    const code = text.charCodeAt(end)
    if (code === 123 && variable) end += 1
    else {
      if (isBlank(code) || code === 59 || code === 123) break
      variable = code === 36
      end += code === 92 ? 2 : 1
    }
  }
  end = Math.min(end, text.length)
  measure(draft, at, end)
  addWord(draft, at)
  return end
}

/** Notes the next token as too long if its text fills the buffer. */
function measure(draft: Draft, start: number, end: number): void {
  if ((end - start) * 3 < bufferBytes) return
  let bytes = 0
  for (let at = start; at < end && bytes < bufferBytes; at += 1) {
    const code = draft.text.charCodeAt(at)
    // Half of a pair stands for two of the four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
  }
  if (bytes >= bufferBytes) draft.problems.push({ kind: 'too-long', token: draft.count })
}
