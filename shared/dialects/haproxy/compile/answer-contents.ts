import type { Template } from '#shared/model/predicate.ts'
import { guardAt } from './conditions.ts'
import type { CompileState, LineRef } from './state.ts'
import { compileTemplate, literal } from './templates.ts'

/** Templates side by side, with blanks between them. */
export function joinedTemplate(templates: readonly Template[]): Template {
  const parts = templates.flatMap((template, index) => (index === 0 ? template.parts : [' ', ...template.parts]))
  return { parts, text: templates.map((template) => template.text).join(' ') }
}

/**
 * What an answering rule says about its answer besides the status, as one text; nothing where it leaves that to HAProxy.
 * `first`: a word in front that tells actions of equal outcome apart.
 * Source: HAProxy configuration manual, section 4.2, `http-request return`: `lf-string` and `hdr` values are formats.
 */
export function answerContents(state: CompileState, ref: LineRef, first: string): { readonly contents?: Template } {
  const { values } = ref
  const end = guardAt(values, 2)
  const parts: Template[] = first === '' ? [] : [literal(first)]
  for (let at = 2; at < end; at += 1) {
    const word = values[at] as string
    if (word === 'status' || word === 'deny_status') {
      at += 1
      continue
    }
    parts.push(literal(word))
    const taken = word === 'lf-string' ? 1 : word === 'hdr' ? 2 : word === 'default-errorfiles' ? 0 : 1
    for (let left = taken; left > 0 && at + 1 < end; left -= 1) {
      at += 1
      const isFormat = left === 1 && (word === 'lf-string' || word === 'hdr')
      parts.push(isFormat ? compileTemplate(state, ref, at) : literal(values[at] as string))
    }
  }
  return parts.length === 0 ? {} : { contents: joinedTemplate(parts) }
}
