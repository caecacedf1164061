import type { LanguageDefinition, LanguageToken, SupportEntry, TokenClass } from '#shared/dialects/dialect.ts'
import { lexNginx } from './lexer.ts'
import { readState, writeState } from './line-state.ts'
import type { LineState } from './line-state.ts'
import { factsOf, nginxSupport } from './support.ts'
import { tokenKinds } from './tree.ts'
import { variablesIn } from './variable-names.ts'

/** Blocks that an outline shows. */
const sections = new Set(['events', 'http', 'stream', 'mail', 'server', 'upstream', 'location', 'map', 'geo', 'split_clients', 'types'])
const valueBlocks = new Set(['map', 'geo', 'split_clients', 'types', 'charset_map'])
const named = new Set(['upstream', 'location', 'server_name', 'proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass', 'memcached_pass'])
const operators = new Set(['=', '!=', '~', '~*', '!~', '!~*', '^~', '(', ')'])
const numberLike = /^[+-]?\d+(?:\.\d+)*(?:ms|[smhdwMyKkGg%])?$/

function nameClass(word: string, state: LineState): TokenClass {
  const block = state.blocks.at(-1)
  if (block !== undefined && valueBlocks.has(block)) return word.includes('$') ? 'variable' : 'text'
  if (sections.has(word) && !(word === 'server' && block === 'upstream')) return 'section'
  return factsOf(word).length > 0 ? 'keyword' : 'invalid'
}

function argumentClass(word: string, directive: string): TokenClass {
  if (operators.has(word)) return 'operator'
  if (word.includes('$')) return 'variable'
  if (word.startsWith('"') || word.startsWith("'")) return 'string'
  if (numberLike.test(word)) return 'number'
  if (named.has(directive)) return 'name'
  const key = word.split('=')[0] ?? ''
  const kind = optionKind(directive)
  return word === 'on' || word === 'off' || (kind !== null && nginxSupport.entries.has(`${kind} ${key}`)) ? 'keyword' : 'text'
}

function optionKind(directive: string): string | null {
  switch (directive) {
    case 'listen': return 'listen-option'
    case 'server': return 'server-option'
    case 'rewrite': return 'rewrite-flag'
    case 'location': return 'location-modifier'
    default: return null
  }
}

/** Rest of a quoted word or Lua block from the line before; gives the column behind it. */
function finishOpen(line: string, state: LineState, tokens: LanguageToken[]): number {
  if (state.quote !== '') {
    tokens.push({ start: 0, class: 'string' })
    for (let at = 0; at < line.length; at += 1) {
      if (line.charAt(at) === '\\') at += 1
      else if (line.charAt(at) === state.quote) {
        state.quote = ''
        return at + 1
      }
    }
    return line.length
  }
  return state.luaDepth > 0 ? finishLua(line, 0, state, tokens) : 0
}

/**
 * Reads Lua up to the `}` that ends it, which is no brace of a block of nginx; gives the column behind it. Lua is not coloured;
 * only its braces are counted, outside strings and comments as far as one line shows them.
 */
function finishLua(line: string, from: number, state: LineState, tokens: LanguageToken[]): number {
  const bare = line.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|--.*$/g, (part) => ' '.repeat(part.length))
  for (let at = from; at < line.length; at += 1) {
    const sign = bare.charAt(at)
    if (sign === '{') state.luaDepth += 1
    else if (sign === '}') state.luaDepth -= 1
    if (state.luaDepth > 0) continue
    if (at > from) tokens.push({ start: from, class: 'text' })
    tokens.push({ start: at, class: 'operator' })
    return at + 1
  }
  if (from < line.length) tokens.push({ start: from, class: 'text' })
  return line.length
}

function readLine(line: string, state: LineState): readonly LanguageToken[] {
  const tokens: LanguageToken[] = []
  let at = finishOpen(line, state, tokens)
  while (at < line.length && state.luaDepth === 0) {
    const { tokens: table } = lexNginx(line.slice(at))
    const base = at
    at = line.length
    for (let token = 0; token < table.count; token += 1) {
      const start = base + (table.start[token] as number)
      const text = line.slice(start, base + (table.start[token + 1] as number))
      const kind = table.kind[token]
      if (kind === tokenKinds.comment) tokens.push({ start, class: 'comment' })
      else if (kind === tokenKinds.word) readWord(text, start, state, tokens)
      else if (kind === tokenKinds.end) endDirective(start, state, tokens)
      else if (kind === tokenKinds.close) {
        state.blocks.pop()
        endDirective(start, state, tokens)
      } else if (kind === tokenKinds.open) {
        const lua = state.directive.endsWith('_by_lua_block')
        if (!lua) state.blocks.push(state.directive)
        endDirective(start, state, tokens)
        if (!lua) continue
        state.luaDepth = 1
        at = finishLua(line, start + 1, state, tokens)
        break
      }
    }
  }
  return tokens
}

function endDirective(start: number, state: LineState, tokens: LanguageToken[]): void {
  tokens.push({ start, class: 'operator' })
  state.directive = ''
}

function readWord(text: string, start: number, state: LineState, tokens: LanguageToken[]): void {
  if (state.directive === '') {
    tokens.push({ start, class: nameClass(text, state) })
    state.directive = text
  } else tokens.push({ start, class: argumentClass(text, state.directive) })
  const quote = text.charAt(0)
  if ((quote === '"' || quote === "'") && !isClosed(text, quote)) state.quote = quote
}

function isClosed(text: string, quote: string): boolean {
  for (let at = 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1
    else if (text.charAt(at) === quote) return true
  }
  return false
}

interface HoverWord {
  readonly start: number
  readonly end: number
  readonly text: string
  /** Directive it belongs to as far as the line shows; the word itself if it is the first one. */
  readonly directive: string
  readonly isFirst: boolean
}

function wordAt(line: string, column: number): HoverWord | null {
  const { tokens } = lexNginx(line)
  let directive = ''
  for (let token = 0; token < tokens.count; token += 1) {
    const start = tokens.start[token] as number
    const end = tokens.start[token + 1] as number
    if (tokens.kind[token] !== tokenKinds.word) {
      if (tokens.kind[token] !== tokenKinds.blank && tokens.kind[token] !== tokenKinds.comment) directive = ''
      continue
    }
    const isFirst = directive === ''
    if (isFirst) directive = line.slice(start, end)
    if (column >= start && column < end) return { start, end, text: line.slice(start, end), directive, isFirst }
  }
  return null
}

function directiveEntry(word: string, section: string | null, line: string): SupportEntry | null {
  const inUpstream = section === 'upstream' || (word === 'server' && !line.includes('{'))
  const kinds = inUpstream ? ['http-upstream', 'stream-upstream'] : section === null ? ['main', 'events'] : section === 'events' ? ['events'] : section === 'map' || section === 'geo' || section === 'split_clients' ? [section] : []
  for (const kind of [...kinds, 'http', 'stream', 'main', 'http-upstream', 'stream-upstream', 'events']) {
    const entry = nginxSupport.entries.get(`${kind} ${word}`)
    if (entry !== undefined) return entry
  }
  return null
}

/** Variable around `column`, with the entry of its name or of the part it starts with. */
function variableAt(word: HoverWord, column: number): { readonly start: number; readonly end: number; readonly entry: SupportEntry | null; readonly word: string } | null {
  for (const { name, at } of variablesIn(word.text)) {
    const start = word.start + at
    const end = start + name.length + (word.text.charAt(at + 1) === '{' ? 3 : 1)
    if (column < start || column >= end || name === '') continue
    const prefix = [...nginxSupport.entries.keys()].filter((key) => key.startsWith('variable $') && key.endsWith('_') && `variable $${name}`.startsWith(key))[0]
    return { start, end, entry: nginxSupport.entries.get(`variable $${name}`) ?? (prefix === undefined ? null : (nginxSupport.entries.get(prefix) ?? null)), word: `$${name}` }
  }
  return null
}

/** nginx in the editor: colours by the rules of its tokeniser and its blocks, meanings and support states from the support table. */
export const nginxLanguage: LanguageDefinition = {
  id: 'nginx',
  title: 'nginx',
  extensions: ['.conf', '.nginx'],

  tokenizeLine(line, before) {
    const state = readState(before)
    const tokens = readLine(line, state)
    return { tokens, state: writeState(state) }
  },

  hover(line, column, section) {
    const word = wordAt(line, column)
    if (word === null) return null
    const variable = variableAt(word, column)
    if (variable !== null) return variable
    if (word.isFirst) return { start: word.start, end: word.end, entry: directiveEntry(word.text, section, line), word: word.text }
    const kind = optionKind(word.directive)
    if (kind === null) return null
    const key = word.text.split('=')[0] ?? ''
    const name = nginxSupport.entries.has(`${kind} ${word.text}`) ? word.text : key
    const entry = nginxSupport.entries.get(`${kind} ${name}`)
    return entry === undefined ? null : { start: word.start, end: word.start + name.length, entry, word: name }
  },
}
