import type { LookupTable, TableEntry } from '#shared/model/routing-model.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'
import { addGap, report } from './state.ts'
import type { CompileState } from './state.ts'

export interface FileEntry {
  readonly key: string
  readonly value: string
  readonly origin: Span
}

/**
 * Entries of a map or pattern file.
 *
 * Lines that start with `#` are comments; leading blanks are dropped. Maps: the key is the first word, the value the rest of
 * the line without blanks at its ends. Lists: the whole rest of the line, trailing blanks kept.
 * Source: H-ACL-14, H-MAP-1.
 */
export function readEntries(file: SourceFile, isMap: boolean): readonly FileEntry[] {
  const entries: FileEntry[] = []
  const { text } = file
  for (let start = 0; start < text.length;) {
    let end = text.indexOf('\n', start)
    if (end === -1) end = text.length
    let stop = end
    while (stop > start && text.charCodeAt(stop - 1) === 13) stop -= 1
    let at = start
    const comment = text.charCodeAt(at) === 35
    while (at < stop && isBlank(text.charCodeAt(at))) at += 1
    if (!comment && at < stop) {
      const origin = { file: file.path, start: at, end: stop }
      if (isMap) {
        let keyEnd = at
        while (keyEnd < stop && !isBlank(text.charCodeAt(keyEnd))) keyEnd += 1
        let valueStart = keyEnd
        while (valueStart < stop && isBlank(text.charCodeAt(valueStart))) valueStart += 1
        let valueEnd = stop
        while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd -= 1
        entries.push({ key: text.slice(at, keyEnd), value: text.slice(valueStart, valueEnd), origin })
      } else {
        entries.push({ key: text.slice(at, stop), value: '', origin })
      }
    }
    start = end + 1
  }
  return entries
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

/** `opt@` files may be missing, `virt@` ones never exist (3.0 and later). */
export function storedPath(path: string): { readonly path: string; readonly required: boolean; readonly virtual: boolean } {
  if (path.startsWith('virt@')) return { path: path.slice(5), required: false, virtual: true }
  if (path.startsWith('opt@')) return { path: path.slice(4), required: false, virtual: false }
  return { path: path.startsWith('file@') ? path.slice(5) : path, required: true, virtual: false }
}

/** The lookup table of a map file, made on first use. Its id is lookup and path. */
export function mapTable(state: CompileState, path: string, lookup: LookupTable['lookup'], at: Span): string {
  const id = `table:${lookup}:${path}`
  if (state.tables.has(id)) return id
  const stored = storedPath(path)
  const file = stored.virtual ? undefined : state.options.sideFiles.get(path) ?? state.options.sideFiles.get(stored.path)
  const missing = file === undefined && stored.required
  if (missing) missingFile(state, stored.path, 'map', at)
  const entries: readonly TableEntry[] = file === undefined ? [] : readEntries(file, true)
  const origin = file === undefined ? at : { file: file.path, start: 0, end: file.text.length }
  state.tables.set(id, { id, path: stored.path, lookup, entries, ignoreCase: false, missing, origin: [origin] })
  return id
}

/** Patterns of a `-f` file; null: it could not be read. */
export function patternFile(state: CompileState, path: string, isMap: boolean, at: Span): readonly string[] | null {
  const key = `${isMap ? 'map' : 'list'}:${path}`
  const known = state.patternFiles.get(key)
  if (known !== undefined) return known
  const stored = storedPath(path)
  const file = stored.virtual ? undefined : state.options.sideFiles.get(path) ?? state.options.sideFiles.get(stored.path)
  let patterns: readonly string[] | null
  if (file !== undefined) patterns = readEntries(file, isMap).map((entry) => entry.key)
  else if (!stored.required) patterns = []
  else {
    patterns = null
    missingFile(state, stored.path, 'pattern', at)
  }
  state.patternFiles.set(key, patterns)
  return patterns
}

function missingFile(state: CompileState, path: string, kind: 'map' | 'pattern', at: Span): void {
  report(state, {
    code: 'haproxy/missing-file', severity: 'error', at, source: 'H-MAP-5', names: [path],
    message: `HAProxy refuses to start without the ${kind} file ${path}, and it could not be read here.`,
  })
  addGap(state, 'missing-file', path, `The ${kind} file could not be read, so what it decides is unknown.`, at)
}
