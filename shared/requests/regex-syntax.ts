/**
 * Translates PCRE2 syntax (no UTF, no options but case) to RE2 syntax with the same meaning, or refuses.
 *
 * Whatever both engines read differently, or only one knows, is refused: look-around, back references, possessive and
 * atomic groups, branch reset, conditionals, verbs, recursion, `\h \R \K \G \X \N \C`, properties. `\s` is widened by
 * VT, which RE2 leaves out. Source: PCRE2 pcre2pattern(3); RE2 syntax page.
 */

export type Translation =
  | {
      readonly ok: true
      readonly source: string
      /** Uses `$` or `\Z`, which PCRE2 also matches before a final newline. */
      readonly endAnchored: boolean
      /** Looks at the character before the match, so that a search from the middle differs from a search in a rest. */
      readonly looksBack: boolean
      /** Sources of repeated groups with captures: what they capture is reliable only if they cannot be empty. */
      readonly repeatedCaptures: readonly string[]
      /** Bytes that every match starts with, when the pattern is anchored at the start; else null. */
      readonly anchoredPrefix: string | null
    }
  | { readonly ok: false; readonly reason: string }

class Refused extends Error {}

function refuse(reason: string): never {
  throw new Refused(reason)
}

const hexPair = (code: number): string => `\\x${code.toString(16).padStart(2, '0')}`
const isHex = (character: string | undefined): boolean => character !== undefined && /^[0-9a-fA-F]$/.test(character)
const special = /[\\^$.[\]|()?*+{}]/

interface Escape {
  readonly text: string
  readonly at: number
  readonly kind: 'literal' | 'class' | 'assertion' | 'end' | 'boundary'
}

/** Escape whose backslash stands at `at`. */
function readEscape(source: string, at: number, inClass: boolean): Escape {
  const letter = source[at + 1]
  if (letter === undefined) return refuse('it ends in a backslash')
  const literal = (code: number, next: number): Escape => ({ text: hexPair(code), at: next, kind: 'literal' })
  switch (letter) {
    case 'd': case 'D': case 'w': case 'W': return { text: `\\${letter}`, at: at + 2, kind: 'class' }
    case 's': return { text: inClass ? '\\s\\x0b' : '[\\s\\x0b]', at: at + 2, kind: 'class' }
    case 'S': return inClass ? refuse('\\S inside brackets') : { text: '[^\\s\\x0b]', at: at + 2, kind: 'class' }
    case 'b': return inClass ? literal(8, at + 2) : { text: '\\b', at: at + 2, kind: 'boundary' }
    case 'B': return inClass ? refuse('\\B inside brackets') : { text: '\\B', at: at + 2, kind: 'boundary' }
    case 'A': return inClass ? refuse('\\A inside brackets') : { text: '\\A', at: at + 2, kind: 'assertion' }
    case 'z': return inClass ? refuse('\\z inside brackets') : { text: '\\z', at: at + 2, kind: 'assertion' }
    case 'Z': return inClass ? refuse('\\Z inside brackets') : { text: '\\z', at: at + 2, kind: 'end' }
    case 'a': return literal(7, at + 2)
    case 'e': return literal(27, at + 2)
    case 'f': return literal(12, at + 2)
    case 'n': return literal(10, at + 2)
    case 'r': return literal(13, at + 2)
    case 't': return literal(9, at + 2)
    case 'x': {
      if (source[at + 2] === '{') {
        const close = source.indexOf('}', at + 3)
        const digits = close === -1 ? '' : source.slice(at + 3, close)
        if (!/^[0-9a-fA-F]{1,2}$/.test(digits)) return refuse('\\x{…} beyond one byte')
        return literal(Number.parseInt(digits, 16), close + 1)
      }
      let next = at + 2
      while (next < at + 4 && isHex(source[next])) next += 1
      return literal(next === at + 2 ? 0 : Number.parseInt(source.slice(at + 2, next), 16), next)
    }
    case '0': {
      let next = at + 2
      while (next < at + 4 && /^[0-7]$/.test(source[next] ?? '')) next += 1
      return literal(Number.parseInt(source.slice(at + 1, next), 8), next)
    }
    default:
      if (/^[1-9]$/.test(letter)) return refuse('it has a back reference')
      if (/^[A-Za-z]$/.test(letter)) return refuse(`\\${letter} has no equal meaning`)
      return { text: hexPair(letter.charCodeAt(0)), at: at + 2, kind: 'literal' }
  }
}

/** Bracket expression whose `[` stands at `at`. */
function readBrackets(source: string, at: number): { readonly text: string; readonly at: number } {
  let next = at + 1
  let text = '['
  if (source[next] === '^') {
    text += '^'
    next += 1
  }
  let first = true
  for (;;) {
    const character = source[next]
    if (character === undefined) return refuse('brackets are not closed')
    if (character === ']' && !first) return { text: `${text}]`, at: next + 1 }
    first = false
    if (character === '[' && /^[:.=]$/.test(source[next + 1] ?? '')) {
      const close = source.indexOf(`${source[next + 1] ?? ''}]`, next + 2)
      const name = close === -1 ? '' : source.slice(next, close + 2)
      if (!/^\[:\^?(alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]$/.test(name)) return refuse('a bracket class of unknown name')
      if (source[close + 2] === '-' && source[close + 3] !== ']') return refuse('a range that starts with a class')
      text += name
      next = close + 2
      continue
    }
    if (character === '\\') {
      const escape = readEscape(source, next, true)
      if (escape.kind === 'class' && source[escape.at] === '-' && source[escape.at + 1] !== ']') return refuse('a range that starts with a class')
      if (escape.kind === 'class' && source[next - 1] === '-' && text.length > 2 && !text.endsWith('\\-')) return refuse('a range that ends with a class')
      text += escape.text
      next = escape.at
      continue
    }
    if (character === '-' && source[next + 1] === '[' && source[next + 2] === ':') return refuse('a range that ends with a class')
    // Outside a range position a hyphen stays what it is; everything else is written as a byte so that no engine reads more into it.
    text += character === '-' ? '-' : hexPair(character.charCodeAt(0))
    next += 1
  }
}

interface Group {
  readonly start: number
  readonly captures: boolean
  hasCaptures: boolean
}

export function translatePcre(source: string, ignoreCase: boolean): Translation {
  try {
    return translate(source, ignoreCase)
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message }
    throw error
  }
}

function translate(source: string, ignoreCase: boolean): Translation {
  // PCRE2 without UTF folds ASCII letters only; RE2 would fold Latin-1 letters as well.
  let folds = ignoreCase
  const beyondAscii = /[^\x00-\x7f]|\\x\{?[89a-fA-F][0-9a-fA-F]/.test(source)
  let output = ''
  let endAnchored = false
  let looksBack = false
  const groups: Group[] = []
  const repeatedCaptures: string[] = []
  let prefix: string | null = null
  let prefixOpen = false
  /** What a quantifier would apply to: nothing, an atom, an assertion, or an atom that has one already. */
  let last: 'none' | 'atom' | 'assertion' | 'quantified' = 'none'
  let lastGroup: { readonly start: number; readonly hasCaptures: boolean } | null = null

  const atom = (text: string, literal: string | null): void => {
    output += text
    last = 'atom'
    lastGroup = null
    if (prefixOpen && prefix !== null) {
      if (literal === null) prefixOpen = false
      else prefix += literal
    }
  }

  let at = 0
  while (at < source.length) {
    const character = source[at] as string
    if (character === '\\') {
      const escape = readEscape(source, at, false)
      if (escape.kind === 'literal' || escape.kind === 'class') {
        atom(escape.text, escape.kind === 'literal' ? String.fromCharCode(Number.parseInt(escape.text.slice(2), 16)) : null)
      } else {
        prefixOpen = false
        output += escape.text
        last = 'assertion'
        endAnchored ||= escape.kind === 'end'
        looksBack ||= escape.kind === 'boundary'
      }
      at = escape.at
      continue
    }
    if (character === '[') {
      const brackets = readBrackets(source, at)
      atom(brackets.text, null)
      at = brackets.at
      continue
    }
    if (character === '(') {
      prefixOpen = false
      if (source[at + 1] === '*') refuse('it has a verb')
      let open = '('
      let captures = true
      if (source[at + 1] === '?') {
        const rest = source.slice(at + 2, at + 80)
        const flags = /^([ims]*)(-[ims]+)?([:)])/.exec(rest)
        const name = /^P?<([A-Za-z_]\w{0,31})>/.exec(rest)
        if (flags !== null) {
          captures = false
          open = `(?${flags[0]}`
          if (flags[1]?.includes('i')) folds = true
          if (flags[3] === ')') {
            output += open === '(?)' ? '' : open
            at += open.length
            last = 'none'
            continue
          }
        } else if (name !== null) {
          open = `(?P<${name[1] ?? ''}>`
          at += 2 + name[0].length - open.length
        } else refuse(rest.startsWith('=') || rest.startsWith('!') || rest.startsWith('<') ? 'it looks around' : `the group (?${rest.slice(0, 1)} has no equal meaning`)
      }
      if (captures) for (const outer of groups) outer.hasCaptures = true
      groups.push({ start: output.length, captures, hasCaptures: captures })
      output += open
      at += open.length
      last = 'none'
      continue
    }
    if (character === ')') {
      const group = groups.pop()
      if (group === undefined) return refuse('a parenthesis is not opened')
      output += ')'
      at += 1
      last = 'atom'
      lastGroup = { start: group.start, hasCaptures: group.hasCaptures }
      continue
    }
    if (character === '|') {
      // Only the first branch is anchored: no common prefix.
      if (groups.length === 0) prefix = null
      prefixOpen = false
      output += '|'
      at += 1
      last = 'none'
      continue
    }
    if (character === '^' || character === '$') {
      if (character === '^' && output === '') {
        prefix = ''
        prefixOpen = true
      } else prefixOpen = false
      endAnchored ||= character === '$'
      looksBack ||= character === '^' && output !== ''
      output += character
      at += 1
      last = 'assertion'
      continue
    }
    const braces = character === '{' ? /^\{(\d+)(,(\d*))?\}/.exec(source.slice(at, at + 16)) : null
    if (character === '*' || character === '+' || character === '?' || braces !== null) {
      if (last === 'none') refuse('a quantifier has nothing before it')
      if (last === 'assertion') refuse('a quantifier follows an assertion')
      if (last === 'quantified') refuse(character === '+' ? 'it has a possessive quantifier' : 'a quantifier follows a quantifier')
      const text = braces?.[0] ?? character
      const repeats = !(text === '?' || text === '{1}' || text === '{0}' || text === '{0,1}')
      if (repeats && lastGroup?.hasCaptures === true) repeatedCaptures.push(output.slice(lastGroup.start))
      if (prefix !== null && prefixOpen) {
        prefix = prefix.slice(0, -1)
        prefixOpen = false
      }
      output += text
      at += text.length
      last = 'quantified'
      lastGroup = null
      if (source[at] === '?') {
        output += '?'
        at += 1
      }
      continue
    }
    if (character === '{' && /^\{,\d+\}/.test(source.slice(at, at + 16))) refuse('{,n} depends on the PCRE2 version')
    if (character === '.') atom('.', null)
    else atom(special.test(character) || character < ' ' || character > '~' ? hexPair(character.charCodeAt(0)) : character, character)
    at += 1
  }
  if (groups.length > 0) return refuse('a parenthesis is not closed')
  if (folds && beyondAscii) return refuse('bytes beyond ASCII with case ignored')
  return { ok: true, source: output, endAnchored, looksBack, repeatedCaptures, anchoredPrefix: folds ? null : prefix === '' ? null : prefix }
}
