import type { Template } from '#shared/model/predicate.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import { isUnknown, sampleText, type Unknown } from './sample.ts'
import { viewValue, type Surroundings } from './transforms.ts'

/** Bytes of the longest value that is followed; rules that double one a few dozen times would fill any memory. */
const longestValue = 1_000_000

/** Text of a template as byte string; an absent view gives nothing. Unknown as soon as one part is. */
export function templateText(template: Template, around: Surroundings): string | Unknown {
  let text = ''
  for (const part of template.parts) {
    if (typeof part === 'string') {
      text += toBytes(part)
      continue
    }
    const value = viewValue(part, around)
    if (value === null) continue
    if (isUnknown(value)) return { unknown: { ...value.unknown, text: value.unknown.text === '' ? template.text : value.unknown.text } }
    text += sampleText(value)
    if (text.length > longestValue) return { unknown: { text: template.text, reason: `the value grows beyond ${longestValue} bytes`, at: around.at } }
  }
  return text
}

/** Text for people where a value could not be computed: the template as written. */
export function shownText(value: string | Unknown): string {
  return typeof value === 'string' ? value : `%[${value.unknown.text}]`
}
