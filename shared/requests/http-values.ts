import { asciiLower } from './bytes.ts'

/** Pieces of HTTP requests as HAProxy takes them apart. All texts are byte strings. */

const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t'

export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start += 1
  while (end > start && isBlank(text[end - 1])) end -= 1
  return text.slice(start, end)
}

/** Offset of the next separator outside double quotes, or the end of the text. */
function nextOutsideQuotes(text: string, from: number, separators: string): number {
  let quoted = false
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] as string
    if (quoted) {
      if (character === '\\') at += 1
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (separators.includes(character)) return at
  }
  return text.length
}

/** Comma-separated elements of one header line, blanks around them removed; quotes protect commas (H-ACL-9). */
export function headerElements(line: string): string[] {
  if (!line.includes(',')) return [trimBlanks(line)]
  const elements: string[] = []
  for (let at = 0; ;) {
    const end = nextOutsideQuotes(line, at, ',')
    elements.push(trimBlanks(line.slice(at, end)))
    if (end >= line.length) return elements
    at = end + 1
  }
}

/**
 * Every value of cookie `name` in one element of a Cookie header, in order. Names are case-sensitive, quotes stay part
 * of the value, `name=` alone at the end of the text is no cookie (H-COOK-1).
 */
export function cookieValues(text: string, name: string): string[] {
  const values: string[] = []
  for (let start = 0; start + name.length + 1 < text.length;) {
    let at = start
    while (at < text.length && isBlank(text[at])) at += 1
    let equal = at
    let nameEnd = at
    while (equal < text.length && text[equal] !== '=' && text[equal] !== ';' && text[equal] !== ',') {
      equal += 1
      if (!isBlank(text[equal - 1])) nameEnd = equal
    }
    let next = equal
    if (text[equal] === '=') {
      let valueStart = equal + 1
      while (valueStart < text.length && isBlank(text[valueStart])) valueStart += 1
      next = nextOutsideQuotes(text, valueStart, ';,')
      if (text[at] !== '$' && nameEnd - at === name.length && text.startsWith(name, at)) values.push(trimBlanks(text.slice(valueStart, next)))
    }
    start = next + 1
  }
  return values
}

/**
 * Every value of query parameter `name`: parameters start after the first `delimiter` of the target and are separated
 * by `&`, `;` or the delimiter. The name is case-sensitive and needs its `=` (H-ACL-11).
 */
export function queryParameterValues(target: string, name: string, delimiter: string): string[] {
  const start = target.indexOf(delimiter)
  if (start === -1) return []
  const values: string[] = []
  const endsParameter = (character: string | undefined): boolean => character === undefined || character === '&' || character === ';' || character === delimiter
  for (let at = start + 1; at < target.length;) {
    let end = at
    while (!endsParameter(target[end])) end += 1
    if (target[at + name.length] === '=' && target.startsWith(name, at) && at + name.length < end) values.push(target.slice(at + name.length + 1, end))
    at = end + 1
  }
  return values
}

export type TargetForm = 'origin' | 'absolute' | 'asterisk' | 'authority' | 'empty'

export interface TargetParts {
  readonly form: TargetForm
  readonly scheme: string | null
  /** Between `//` and the path; null in origin form. */
  readonly authority: string | null
  /** Offset of the path in the target, or -1 when there is none. */
  readonly pathAt: number
}

/** Takes a request target apart without decoding anything. */
export function splitTarget(target: string): TargetParts {
  if (target === '') return { form: 'empty', scheme: null, authority: null, pathAt: -1 }
  if (target.startsWith('*')) return { form: 'asterisk', scheme: null, authority: null, pathAt: -1 }
  if (target.startsWith('/')) return { form: 'origin', scheme: null, authority: null, pathAt: 0 }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(target)
  if (scheme === null) return { form: 'authority', scheme: null, authority: target.split('/', 1)[0] ?? target, pathAt: -1 }
  const start = scheme[0].length
  const slash = target.indexOf('/', start)
  return {
    form: 'absolute', scheme: asciiLower(scheme[1] ?? ''), authority: slash === -1 ? target.slice(start) : target.slice(start, slash), pathAt: slash,
  }
}

/** Authority without `user:password@`. */
export function withoutUserInfo(authority: string): string {
  return authority.slice(authority.lastIndexOf('@') + 1)
}

/** Host in lower case without its port; brackets of IPv6 stay. */
export function hostOnly(host: string): string {
  const end = portColon(host)
  return asciiLower(end === -1 ? host : host.slice(0, end))
}

/** Port of a host as a number, 0 when there is none. Every character counts as a digit, so `:b` is 50 (measured on 2.6). */
export function portOnly(host: string): number {
  const colon = portColon(host)
  if (colon === -1) return 0
  let port = 0
  for (let at = colon + 1; at < host.length; at += 1) port = (Math.imul(port, 10) + host.charCodeAt(at) - 48) >>> 0
  return port
}

function portColon(host: string): number {
  // The last colon, unless only a bracketed address stands before the end.
  for (let at = host.length - 1; at >= 0; at -= 1) {
    const character = host[at]
    if (character === ':') return at
    if (character === ']') return -1
  }
  return -1
}

/** `index` counts from 1, negative from the end; `count` fields joined as they stand, 0: all that remain. Null: no such field. */
export function fieldOf(text: string, index: number, delimiters: string, count: number): string | null {
  if (index === 0) return null
  const borders: { readonly start: number; readonly end: number }[] = []
  let start = 0
  for (let at = 0; at <= text.length; at += 1) {
    if (at === text.length || delimiters.includes(text[at] as string)) {
      borders.push({ start, end: at })
      start = at + 1
    }
  }
  return pick(text, borders, index, count)
}

/**
 * As `fieldOf`, but runs of delimiters count once and those at the ends do not count. A word that does not exist is
 * empty, not absent; when fewer than `count` words remain, everything up to the end of the text is taken (measured on 2.6).
 */
export function wordOf(text: string, index: number, delimiters: string, count: number): string {
  if (index === 0) return ''
  const borders: { readonly start: number; readonly end: number }[] = []
  for (let at = 0; at < text.length;) {
    while (at < text.length && delimiters.includes(text[at] as string)) at += 1
    const start = at
    while (at < text.length && !delimiters.includes(text[at] as string)) at += 1
    if (at > start) borders.push({ start, end: at })
  }
  if (index > 0) {
    const first = borders[index - 1]
    if (first === undefined) return ''
    const last = count === 0 ? undefined : borders[index + count - 2]
    return text.slice(first.start, last?.end ?? text.length)
  }
  const last = borders[borders.length + index]
  if (last === undefined) return ''
  const first = count === 0 ? undefined : borders[borders.length + index - count + 1]
  return text.slice(first?.start ?? 0, last.end)
}

function pick(text: string, borders: readonly { readonly start: number; readonly end: number }[], index: number, count: number): string | null {
  if (index > 0) {
    const first = borders[index - 1]
    if (first === undefined) return null
    const last = count === 0 ? borders[borders.length - 1] : borders[Math.min(borders.length, index - 1 + count) - 1]
    return text.slice(first.start, (last ?? first).end)
  }
  // From the end, further fields stand to the left.
  const last = borders[borders.length + index]
  if (last === undefined) return null
  const first = count === 0 ? borders[0] : borders[Math.max(0, borders.length + index - count + 1)]
  return text.slice((first ?? last).start, last.end)
}

/** Percent decoding. `+` becomes a blank inside the query (or everywhere when `inForm`). Null: a broken sequence. */
export function urlDecode(text: string, inForm: boolean): string | null {
  if (!/[%+?]/.test(text)) return text
  let plus = inForm
  let output = ''
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string
    if (character === '+' && plus) output += ' '
    else if (character === '%') {
      const digits = text.slice(at + 1, at + 3)
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) return null
      output += String.fromCharCode(Number.parseInt(digits, 16))
      at += 2
    } else {
      if (character === '?') plus = true
      output += character
    }
  }
  return output
}

/**
 * HAProxy's delimited match: `pattern`, its own outer delimiters trimmed, stands in `text` between delimiters or ends.
 * A pattern of delimiters only never matches (H-ACL-7, H-PDIR).
 */
export function containsPart(text: string, pattern: string, delimiters: string): boolean {
  let start = 0
  let end = pattern.length
  while (start < end && delimiters.includes(pattern[start] as string)) start += 1
  while (end > start && delimiters.includes(pattern[end - 1] as string)) end -= 1
  const part = pattern.slice(start, end)
  if (part === '') return false
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    const before = text[at - 1]
    const after = text[at + part.length]
    if ((before === undefined || delimiters.includes(before)) && (after === undefined || delimiters.includes(after))) return true
  }
  return false
}

export const pathDelimiters = '/?'
export const domainDelimiters = '/?.:'

/** Leading integer of a text as C's conversions read it: sign and digits up to the first other byte; 0 when there are none. */
export function leadingInteger(text: string): number {
  const digits = /^[+-]?\d+/.exec(text)?.[0]
  return digits === undefined ? 0 : Number(digits)
}
