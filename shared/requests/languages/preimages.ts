import { toBytes } from '../bytes.ts'
import { beforeSuffix } from './concatenations.ts'
import type { Language } from './language.ts'
import { beforeField, beforeWord } from './preimage-fields.ts'
import { beforeCase, beforeHostOnly, beforeIpMask, beforeLength, beforeSubstring, beforeTrim, beforeUrlDecode } from './preimage-texts.ts'
import { beforeNormalize } from './preimage-uris.ts'

export { afterPrefix, beforeSuffix, splitAt, suffixFrom } from './concatenations.ts'
export { always, complement, intersection, nothing, union, withinDomain } from './set-operations.ts'

/** What a product does to a value before it compares it. Structurally the transformations of the routing model. */
export type TransformSpec =
  | { readonly kind: 'lower' } | { readonly kind: 'upper' }
  | { readonly kind: 'field' | 'word'; readonly index: number; readonly delimiters: string; readonly count: number }
  | { readonly kind: 'url-decode'; readonly inForm: boolean }
  | { readonly kind: 'host-only' }
  | { readonly kind: 'concat'; readonly before: string; readonly variable: string | null; readonly after: string }
  | { readonly kind: 'length' }
  | { readonly kind: 'ip-mask'; readonly bits4: number; readonly bits6: number }
  | { readonly kind: 'substring'; readonly offset: number; readonly length: number | null }
  | { readonly kind: 'trim'; readonly side: 'left' | 'right'; readonly characters: string }
  | { readonly kind: 'normalize-uri'; readonly normalizer: string; readonly argument: string | null }
  | { readonly kind: 'port-only' | 'capture' | 'argument' | 'escape-path' | 'hash' | 'regsub' | 'map' | 'arithmetic' | 'string-compare' | 'equals-text' | 'choose' | 'cast' | 'opaque' }

/**
 * { w : f(w) exists and is a member }, for the transformation f.
 *
 * Shape: null where the set is not regular or not modelled. `length` gives decimal numbers; `ip-mask` reads address words.
 * Errors: LanguageTooLarge, here or from the language.
 */
export function preimage(transform: TransformSpec, language: Language): Language | null {
  switch (transform.kind) {
    case 'lower': case 'upper': return beforeCase(language, transform.kind)
    case 'field': return beforeField(language, transform)
    case 'word': return beforeWord(language, transform)
    case 'url-decode': return beforeUrlDecode(language, transform.inForm)
    case 'host-only': return beforeHostOnly(language)
    // Text that is added stands behind the value.
    case 'concat': return transform.variable === null ? beforeSuffix(language, toBytes(transform.before) + toBytes(transform.after)) : null
    case 'length': return beforeLength(language)
    case 'ip-mask': return beforeIpMask(language, transform.bits4, transform.bits6)
    case 'substring': return beforeSubstring(language, transform.offset, transform.length)
    case 'trim': return beforeTrim(language, transform.side, transform.characters)
    case 'normalize-uri': return beforeNormalize(language, transform.normalizer, transform.argument)
    default: return null
  }
}
