import { parsePcre } from './parse-pcre.ts'
import { parseRe2 } from './parse-re2.ts'
import { Refused, type ParsedRegex } from './regex-tree.ts'

export interface RegexSyntax {
  readonly ignoreCase: boolean
  /** Whose syntax: PCRE2 without UTF as HAProxy compiles it, or RE2 over UTF-8. */
  readonly dialect: 'pcre' | 're2'
}

/**
 * Pattern text, a byte string, to a tree that matches exactly what the product's engine matches.
 *
 * Errors: `ok: false` when the syntax is wrong, not regular, or not surely read as the product reads it; `reason`
 * completes "the pattern cannot be modelled: …".
 */
export function parseRegex(source: string, { ignoreCase, dialect }: RegexSyntax): ParsedRegex {
  try {
    const { tree, groupCount } = dialect === 'pcre' ? parsePcre(source, ignoreCase) : parseRe2(source, ignoreCase)
    return { ok: true, tree, groupCount }
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message }
    if (error instanceof RangeError) return { ok: false, reason: 'its groups are nested too deeply' }
    throw error
  }
}
