import type { CompileOptions, IncludeRef, Parsed } from '#shared/dialects/dialect.ts'
import type { FileRole } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'
import { activeLines } from '../conditionals.ts'
import type { ConditionalEnvironment } from '../conditionals.ts'
import { parseSampleText } from '../samples.ts'
import { lineFlags } from '../tree.ts'
import type { HaproxyTree } from '../tree.ts'
import { words } from '../words.ts'
import { mapConverter } from './converters.ts'
import { storedPath } from './tables.ts'

/**
 * Files that change routing and are named by the config: maps, pattern lists, certificate lists, certificates.
 *
 * Shape: in order of first appearance, each path once. Lines in dropped branches name nothing.
 */
export function findIncludes(files: readonly Parsed<HaproxyTree>[], options: Pick<CompileOptions, 'environment' | 'version'>): readonly IncludeRef[] {
  const found = new Map<string, IncludeRef>()
  let environment: ConditionalEnvironment = { variables: options.environment, version: options.version ?? '2.6' }
  for (const { tree } of files) {
    const active = activeLines(tree, environment)
    const { text } = tree.file
    for (let line = 0; line < tree.lines.count; line += 1) {
      if (active.active[line] === 0) continue
      const start = tree.lines.lineStart[line] as number
      const end = tree.lines.lineStart[line + 1] as number
      const cooked = ((tree.lines.flags[line] as number) & lineFlags.cooked) !== 0
      if (!cooked && !mayName(text, start, end)) continue
      readLine(found, tree, line, active.environmentAt(line))
    }
    environment = active.environment
  }
  return [...found.values()]
}

/** Cheap test before a line is taken apart: `-f`, `map`, ` crt`. */
function mayName(text: string, start: number, end: number): boolean {
  for (let at = start; at + 2 < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 45 && text.charCodeAt(at + 1) === 102) return true
    if (code === 109 && text.charCodeAt(at + 1) === 97 && text.charCodeAt(at + 2) === 112) return true
    if (code === 99 && text.charCodeAt(at + 1) === 114 && text.charCodeAt(at + 2) === 116) return true
  }
  return false
}

function readLine(found: Map<string, IncludeRef>, tree: HaproxyTree, line: number, environment: ConditionalEnvironment): void {
  const list = words(tree, line, environment)
  const add = (path: string, role: FileRole, required: boolean, folder: boolean, at: Span): void => {
    const stored = storedPath(path)
    if (stored.virtual || stored.path === '' || found.has(stored.path)) return
    found.set(stored.path, { path: stored.path, role, required: required && stored.required, folder, at })
  }
  const keyword = list[0]?.value
  for (let index = 1; index < list.length; index += 1) {
    const word = list[index]
    const next = list[index + 1]
    if (word === undefined) continue
    if (word.value === '-f' && next !== undefined) add(next.value, 'pattern-list', true, false, next.span)
    else if (keyword === 'bind' && word.value === 'crt-list' && next !== undefined) add(next.value, 'crt-list', true, false, next.span)
    else if (keyword === 'bind' && (word.value === 'crt' || word.value === 'default-crt') && next !== undefined) add(next.value, 'certificate', true, next.value.endsWith('/'), next.span)
    else if (word.value.includes('map')) for (const path of mapPaths(word.value)) add(path, 'map', true, false, word.span)
  }
}

/** Paths of map converters in an expression or a log-format text. */
function mapPaths(value: string): readonly string[] {
  const paths: string[] = []
  const texts = value.includes('%[') || value.includes(']')
    ? [...value.matchAll(/%(?:\{[^}]*\})?\[([^\]]*)\]/g)].map((match) => match[1] as string)
    : [value]
  for (const text of texts) {
    for (const call of parseSampleText(text).calls) {
      const map = mapConverter(call.name, call.args)
      if (map !== null) paths.push(map.path)
    }
  }
  return paths
}
