import type { LanguageDefinition, LanguageToken, SupportEntry, TokenClass } from '#shared/dialects/dialect.ts'
import { isFirstWord } from './first-words.ts'
import { lexHaproxy } from './lexer.ts'
import { isSectionKind, proxyKinds } from './sections.ts'
import { haproxySupport } from './support.ts'
import { lineFlags } from './tree.ts'

const operators = new Set(['if', 'unless', 'or', '||', '{', '}', '!', '&&', 'from'])
const numberLike = /^[+-]?\d+(\.\d+)*(us|ms|s|m|h|d|k|K|M|G|g|%)?$/

/** Kinds of second words, by the first word of the line. */
const secondWordKinds: Readonly<Record<string, readonly string[]>> = {
  bind: ['bind'], 'dgram-bind': ['bind'], 'default-bind': ['bind'],
  server: ['server'], 'default-server': ['server'], 'server-template': ['server'],
  option: ['option'], timeout: ['timeout'], balance: ['balance'], mode: ['mode'], 'hash-type': ['hash-type'], cookie: ['cookie'], redirect: ['redirect'],
  stick: ['stick'], stats: ['stats'], 'http-check': ['http-check'], 'tcp-check': ['tcp-check'], 'email-alert': ['email-alert'], compression: ['compression'],
  'retry-on': ['retry-on'], filter: ['filter'], 'http-request': ['http-request', 'redirect', 'service'], 'http-response': ['http-response', 'redirect'],
  'http-after-response': ['http-after-response'], 'tcp-request': ['tcp-request', 'service'], 'tcp-response': ['tcp-response'], 'quic-initial': ['quic-initial'],
  '.if': ['predicate'], '.elif': ['predicate'],
}

interface RawWord {
  readonly start: number
  readonly end: number
  readonly text: string
}

interface RawLine {
  readonly words: readonly RawWord[]
  readonly comment: number
  readonly broken: boolean
}

function readLine(line: string): RawLine {
  const lines = lexHaproxy(line)
  const words: RawWord[] = []
  for (let word = 0; word < (lines.firstWord[1] ?? 0); word += 1) {
    const start = lines.wordStart[word] as number
    const end = lines.wordEnd[word] as number
    words.push({ start, end, text: line.slice(start, end) })
  }
  return { words, comment: lines.commentStart[0] ?? -1, broken: ((lines.flags[0] ?? 0) & lineFlags.broken) !== 0 }
}

function unquoted(text: string): string {
  return text.replace(/["']/g, '')
}

function classOf(text: string, index: number, first: string, section: string | null): TokenClass {
  if (index === 0) {
    if (isSectionKind(text)) return 'section'
    if (text.startsWith('.')) return haproxySupport.entries.has(`directive ${text}`) ? 'keyword' : 'invalid'
    return isFirstWord(text) && section !== null ? 'keyword' : 'invalid'
  }
  if (operators.has(text)) return 'operator'
  if (index === 1 && isSectionKind(first)) return 'name'
  if (index === 1 && (first === 'server' || first === 'acl' || first === 'use_backend' || first === 'default_backend' || first === 'use-server' || first === 'peer' || first === 'nameserver')) return 'name'
  if (text.includes('%[') || (text.includes('$') && text.includes('"'))) return 'variable'
  if (text.startsWith('"') || text.startsWith("'")) return 'string'
  if (numberLike.test(text)) return 'number'
  const name = text.replace(/\(.*$/, '')
  for (const kind of secondWordKinds[first] ?? []) if (haproxySupport.entries.has(`${kind} ${name}`)) return 'keyword'
  if (text.startsWith('-') && haproxySupport.entries.has(`acl-flag ${text}`)) return 'operator'
  const fetch = /^!?([A-Za-z0-9_.+-]+)/.exec(text)?.[1]
  if (fetch !== undefined && text.includes('(') && haproxySupport.entries.has(`fetch ${fetch}`)) return 'variable'
  return 'text'
}

function entryFor(kinds: readonly string[], word: string): SupportEntry | null {
  // Scripts name their own actions, fetches and converters.
  const key = word.startsWith('lua.') ? 'lua.*' : word
  for (const kind of kinds) {
    const entry = haproxySupport.entries.get(`${kind} ${key}`)
    if (entry !== undefined) return entry
  }
  return null
}

function firstWordKinds(section: string | null): readonly string[] {
  const kinds = ['directive', 'section']
  if (section === null) return kinds
  return [...kinds, proxyKinds.has(section) ? 'proxy' : section]
}

/** A field of a log format (`%ci`, `%{+Q}r`) around `column`. */
function logFieldAt(word: RawWord, column: number): { readonly start: number; readonly end: number; readonly text: string } | null {
  for (const match of word.text.matchAll(/%(?:\{[^}]*\})?([A-Za-z]+)/g)) {
    const start = word.start + match.index
    const end = start + match[0].length
    if (column >= start && column < end) return { start, end, text: `%${match[1] as string}` }
  }
  return null
}

const partOfName = /[A-Za-z0-9_.+%-]/

/** Word, or name inside a sample expression, around `column`. */
function partAt(word: RawWord, column: number): { readonly start: number; readonly end: number; readonly text: string; readonly afterComma: boolean } {
  const at = column - word.start
  if (!/[(),[\]]/.test(word.text)) return { start: word.start, end: word.end, text: unquoted(word.text), afterComma: false }
  let start = at
  while (start > 0 && partOfName.test(word.text.charAt(start - 1))) start -= 1
  let end = at
  while (end < word.text.length && partOfName.test(word.text.charAt(end))) end += 1
  return { start: word.start + start, end: word.start + end, text: word.text.slice(start, end), afterComma: word.text.charAt(start - 1) === ',' }
}

/** HAProxy in the editor: colours by the rules of the tokeniser, meanings and support states from the support table. */
export const haproxyLanguage: LanguageDefinition = {
  id: 'haproxy',
  title: 'HAProxy',
  extensions: ['.cfg', '.haproxy'],

  tokenizeLine(line, state) {
    const { words, comment, broken } = readLine(line)
    const first = unquoted(words[0]?.text ?? '')
    const next = isSectionKind(first) ? first : state
    const negated = first === 'no' || first === 'default'
    const head = negated ? (words[1]?.text ?? '') : first
    const tokens: LanguageToken[] = words.map((word, index) => {
      if (broken && index === words.length - 1) return { start: word.start, class: 'invalid' }
      if (negated && index === 0) return { start: word.start, class: 'keyword' }
      const place = negated ? index - 1 : index
      return { start: word.start, class: classOf(place === 0 ? unquoted(word.text) : word.text, place, head, next) }
    })
    if (comment !== -1) tokens.push({ start: comment, class: 'comment' })
    return { tokens, state: next }
  },

  hover(line, column, section) {
    const { words } = readLine(line)
    const index = words.findIndex((word) => column >= word.start && column < word.end)
    const word = words[index]
    if (word === undefined) return null
    const negated = words[0]?.text === 'no' || words[0]?.text === 'default'
    const place = negated ? index - 1 : index
    const head = unquoted(words[negated ? 1 : 0]?.text ?? '')
    const field = place > 0 ? logFieldAt(word, column) : null
    const fieldEntry = field === null ? null : entryFor(['log-format'], field.text)
    if (field !== null && fieldEntry !== null) return { start: field.start, end: field.end, entry: fieldEntry, word: field.text }
    const part = partAt(word, column)
    if (part.text === '') return null
    if (place <= 0) return { start: word.start, end: word.end, entry: entryFor(firstWordKinds(isSectionKind(head) ? head : section), unquoted(word.text)), word: unquoted(word.text) }
    const kinds: string[] = []
    if (part.afterComma) kinds.push('converter')
    kinds.push(...(secondWordKinds[head] ?? []))
    if (words[index - 1]?.text === '-m') kinds.unshift('match')
    if (words[index - 1]?.text === 'use-service') kinds.unshift('service')
    kinds.push('acl-flag', 'predefined-acl', 'fetch', 'log-format', 'converter')
    return { start: part.start, end: part.end, entry: entryFor(kinds, part.text.replace(/^!/, '')), word: part.text }
  },
}
