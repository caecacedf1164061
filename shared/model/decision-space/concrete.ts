import { asciiLower, asciiUpper, toBytes } from '#shared/requests/bytes.ts'
import { fieldOf, hostOnly, leadingInteger, portOnly, urlDecode, wordOf } from '#shared/requests/http-values.ts'
import { formatIp } from '#shared/requests/ip.ts'
import { wordAddress } from '#shared/requests/languages/addresses.ts'
import { murmurHash2 } from '#shared/requests/murmur-hash.ts'
import { normalizeUri } from '#shared/requests/normalize-uri.ts'
import { argumentValue, escapedPath } from '#shared/requests/normalised-target.ts'
import { compileRegex, substitute } from '#shared/requests/regex.ts'
import type { Model } from '#shared/requests/space/world.ts'
import type { Value } from '#shared/requests/space/variable.ts'
import type { Term, TermTransform } from './term.ts'

/** Truth of a formula on the request at hand; null: an opaque part decides. */
export type Truth = (when: number) => boolean | null

/** Value of a term on one request as text; null: absent; undefined: not known. */
export function valueOfTerm(term: Term, model: Model, truth: Truth): string | null | undefined {
  switch (term.kind) {
    case 'text': return term.text
    case 'absent': return null
    case 'unknown': return undefined
    case 'read': {
      const held = model.valueOf(term.variable)
      if (held === undefined) return undefined
      const value = readValue(held, term)
      if (value === null || term.variable.encoding !== 'address') return value
      const ip = wordAddress(value)
      return ip === null ? undefined : formatIp(ip)
    }
    case 'choose': {
      const holds = truth(term.when)
      return holds === null ? undefined : valueOfTerm(holds ? term.then : term.otherwise, model, truth)
    }
    case 'concat': {
      let text = ''
      for (const part of term.parts) {
        const value = valueOfTerm(part, model, truth)
        if (value === undefined) return undefined
        text += value ?? ''
      }
      return text
    }
    case 'apply': {
      const value = valueOfTerm(term.of, model, truth)
      return typeof value === 'string' ? transformText(term.transform, value) : value
    }
  }
}

function readValue(value: Value, term: Extract<Term, { readonly kind: 'read' }>): string | null {
  if (value === null || typeof value === 'string') return value
  const index = term.facet.kind === 'nth' ? term.facet.index : -1
  return value[index > 0 ? index - 1 : value.length + index] ?? null
}

/** One transformation of a text as the simulator does it; undefined: not modelled here, null: absent afterwards. */
export function transformText(transform: TermTransform, text: string): string | null | undefined {
  switch (transform.kind) {
    case 'lower': return asciiLower(text)
    case 'upper': return asciiUpper(text)
    case 'field': return fieldOf(text, transform.index, transform.delimiters, transform.count)
    case 'word': return wordOf(text, transform.index, transform.delimiters, transform.count)
    case 'url-decode': return urlDecode(text, transform.inForm)
    case 'host-only': return hostOnly(text)
    case 'port-only': return String(portOnly(text))
    case 'length': return String(text.length)
    case 'substring': return transform.offset >= text.length ? '' : text.slice(transform.offset, transform.length === null ? undefined : transform.offset + transform.length)
    case 'concat': return text + toBytes(transform.before) + toBytes(transform.after)
    case 'regsub': {
      const compiled = compileRegex(toBytes(transform.pattern), { ignoreCase: transform.ignoreCase, dialect: 'pcre' })
      if (!compiled.ok || !compiled.regex.decides(text) || (/\\[1-9]/.test(transform.replacement) && !compiled.regex.capturesReliable) || (transform.global && !compiled.regex.continues)) return undefined
      return substitute(compiled.regex, text, toBytes(transform.replacement), transform.global)
    }
    case 'trim': {
      let start = 0
      let end = text.length
      if (transform.side === 'left') while (start < end && transform.characters.includes(text[start] as string)) start += 1
      else while (end > start && transform.characters.includes(text[end - 1] as string)) end -= 1
      return text.slice(start, end)
    }
    case 'cast': return transform.to === 'integer' ? (text === '' ? null : String(leadingInteger(text))) : transform.to === 'string' || transform.to === 'method' ? text : undefined
    case 'equals-text': return transform.values.some((value) => toBytes(value) === text) ? '1' : '0'
    case 'choose': return text === '' ? null : toBytes(leadingInteger(text) !== 0 ? transform.whenTrue : transform.whenFalse)
    case 'normalize-uri': {
      const normalized = normalizeUri(text, transform.normalizer, transform.argument)
      return normalized.kind === 'ok' ? normalized.text : undefined
    }
    case 'capture': {
      const compiled = compileRegex(toBytes(transform.pattern), { ignoreCase: transform.ignoreCase, dialect: 'pcre' })
      if (!compiled.ok || !compiled.regex.decides(text) || !compiled.regex.capturesReliable) return undefined
      const match = compiled.regex.exec(text)
      return match === null ? null : (match.groups[transform.group] ?? '')
    }
    case 'argument': return argumentValue(text, toBytes(transform.name), transform.delimiter)
    case 'escape-path': return escapedPath(text)
    case 'hash': return String(murmurHash2(text))
    case 'arithmetic': case 'string-compare': case 'ip-mask': case 'map': case 'opaque': return undefined
  }
}
