import type { AlertCause } from '#shared/live/alerts/alert-book.ts'
import type { Pool } from '#shared/model/pool.ts'
import { diffLines, type LineHunk } from '#shared/text/line-diff.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import type { Span } from '#shared/text/span.ts'
import { filePartners } from '#shared/backend/compare.ts'
import type { KeptFile, LoadedConfig } from '#shared/backend/load-config.ts'

type Side = AlertCause['side']

interface SideFile {
  readonly index: LineIndex
  readonly hunks: readonly LineHunk[]
  /** First line and end of a hunk on this side. */
  readonly range: (hunk: LineHunk) => readonly [number, number]
  readonly other: { readonly side: Side; readonly path: string } | null
}

/** Which lines of two configs differ as text, file by file; moved lines do. */
export class ChangedLines {
  readonly #files: Readonly<Record<Side, Map<string, SideFile>>> = { 'running': new Map(), 'known-good': new Map() }

  constructor(knownGood: LoadedConfig, running: LoadedConfig) {
    for (const [was, is] of filePartners(knownGood, running)) {
      const hunks = diffLines(was?.source.text ?? '', is?.source.text ?? '')
      this.#take('known-good', was, hunks, (hunk) => [hunk.beforeStart, hunk.beforeEnd], is === null ? null : { side: 'running', path: is.source.path })
      this.#take('running', is, hunks, (hunk) => [hunk.afterStart, hunk.afterEnd], was === null ? null : { side: 'known-good', path: was.source.path })
    }
  }

  #take(side: Side, file: KeptFile | null, hunks: readonly LineHunk[], range: SideFile['range'], other: SideFile['other']): void {
    if (file !== null) this.#files[side].set(file.source.path, { index: new LineIndex(file.source.text), hunks, range, other })
  }

  /** Whether any line under a span differs. */
  has(side: Side, at: Span): boolean {
    const file = this.#files[side].get(at.file)
    if (file === undefined) return false
    const [first, last] = [file.index.lineOf(at.start), file.index.lineOf(Math.max(at.start, at.end - 1))]
    return file.hunks.some((hunk) => {
      const [from, to] = file.range(hunk)
      return from <= last && first < to
    })
  }

  /** Lines within a pool that differ on this side or the other and that hold a word, on both sides; comments do not count. */
  within(side: Side, pool: Pool, word: string): readonly AlertCause[] {
    const head = pool.origin[0]
    const file = head === undefined ? undefined : this.#files[side].get(head.file)
    if (head === undefined || file === undefined) return []
    const first = file.index.lineOf(head.start)
    const last = pool.members.reduce((line, member) => Math.max(line, ...member.origin.filter((at) => at.file === head.file).map((at) => file.index.lineOf(at.start))), first)
    return file.hunks.flatMap((hunk) => {
      const [from, to] = file.range(hunk)
      if (from > last || from < first) return []
      const other = file.other === null ? undefined : this.#files[file.other.side].get(file.other.path)
      const lines = [
        ...linesOf(side, head.file, file.index, from, to),
        ...(file.other === null || other === undefined ? [] : linesOf(file.other.side, file.other.path, other.index, ...other.range(hunk))),
      ]
      return lines.some((one) => one.text.split(/\s+/).includes(word)) ? lines.map((one) => one.cause) : []
    })
  }
}

function linesOf(side: Side, file: string, index: LineIndex, from: number, to: number): readonly { readonly cause: AlertCause; readonly text: string }[] {
  const found: { cause: AlertCause; text: string }[] = []
  for (let line = from; line < to; line += 1) {
    const text = index.textOfLine(line)
    if (text.trim() === '' || text.trim().startsWith('#')) continue
    const start = (index.starts[line] as number) + text.length - text.trimStart().length
    found.push({ cause: { side, at: { file, start, end: start + text.trim().length } }, text })
  }
  return found
}
