import { mapConverter } from '../compile/converters.ts'
import { parseSampleText } from '../samples.ts'
import { copyOf, refuse, written, type Draft, type ProofLine } from './draft.ts'

const runtimeChange = /^(?:add-acl|del-acl|set-map|del-map)\((.*)\)$/

/**
 * Words of the line as written, one for each of its values, with every file it names replaced by its copy in the folder
 * of the run. Null: the line was refused.
 * Source: HAProxy configuration manual, sections 7.1 (`-f`) and 7.3.1 (map converters).
 */
export function wordsWithCopies(draft: Draft, at: ProofLine): readonly string[] | null {
  const { values } = at
  const out = values.map((_, index) => written(at, index))
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] as string
    if (value === '-f') {
      const path = values[index + 1]
      if (path === undefined) refuse(draft, at, 'names no file behind -f')
      const name = path === undefined ? null : copyOf(draft, at, path)
      if (name === null) return null
      out[index + 1] = name
      index += 1
      continue
    }
    const runtime = index === 1 ? runtimeChange.exec(value) : null
    for (const path of runtime === null ? mapPaths(value) : [runtime[1] as string]) {
      const name = copyOf(draft, at, path)
      if (name === null) return null
      const before = out[index] as string
      const after = before.replaceAll(`(${path},`, `(${name},`).replaceAll(`(${path})`, `(${name})`)
      if (after === before) {
        refuse(draft, at, `names the file ${path} in a way that cannot be rewritten safely`)
        return null
      }
      out[index] = after
    }
  }
  return out
}

/** The line as it is, apart from the files it names. Null: it was refused. */
export function withCopies(draft: Draft, at: ProofLine): string | null {
  const words = wordsWithCopies(draft, at)
  if (words === null) return null
  return words.every((word, index) => word === written(at, index)) ? at.text : words.join(' ')
}

/** Paths of map converters in an expression or a format, each once. */
function mapPaths(value: string): readonly string[] {
  if (!value.includes('map')) return []
  const texts = value.includes('%[') ? [...value.matchAll(/%(?:\{[^}]*\})?\[([^\]]*)\]/g)].map((match) => match[1] as string) : [value]
  const paths = new Set<string>()
  for (const text of texts) {
    for (const call of parseSampleText(text).calls) {
      const map = mapConverter(call.name, call.args)
      if (map !== null) paths.add(map.path)
    }
  }
  return [...paths]
}

/**
 * Words of an answering rule (`return`, `deny`, `http-error` …) without the files it takes its answer from.
 * `values` and `words` belong together; the condition behind `if` or `unless` stays as it is.
 */
export function withoutBodies(values: readonly string[], words: readonly string[]): { readonly words: readonly string[]; readonly replaced: boolean } {
  const out: string[] = []
  let replaced = false
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as string
    if (value === 'if' || value === 'unless') return { words: [...out, ...words.slice(index)], replaced }
    if (value === 'file' || value === 'lf-file') {
      out.push('string', 'file')
      index += 1
      replaced = true
    } else if (value === 'errorfile' || value === 'errorfiles') {
      index += 1
      replaced = true
    } else if (value === 'default-errorfiles') replaced = true
    else if (value === 'string' || value === 'lf-string' || value === 'content-type') {
      out.push(...words.slice(index, index + 2))
      index += 1
    } else out.push(words[index] as string)
  }
  return { words: out, replaced }
}
