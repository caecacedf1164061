import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { badAnswer, foreignAnswer, type StatTable } from './stat-table.ts'

/**
 * `show stat` as comma-separated values, from the socket or the page.
 *
 * Columns are found by name, because their number depends on version and modules. Texts may hold commas, doubled quotes
 * and line ends.
 * Errors: `bad-answer` for something else, for a row with fewer cells than the header, and for an answer that ends in a row.
 * Source: HAProxy management guide, section 9.1 "CSV format".
 */
export function parseStatCsv(text: string): Result<StatTable> {
  if (!text.startsWith('# pxname,')) return badAnswer(`It answers ${foreignAnswer(text) ?? 'something that is not the statistics of HAProxy'}.`)
  const endOfHeader = text.indexOf('\n')
  if (endOfHeader === -1) return badAnswer('The statistics end in their first line.')
  const names = text.slice(2, endOfHeader).replace(/\r$/, '').split(',')
  const columns = new Map<string, number>()
  names.forEach((name, index) => { if (name !== '') columns.set(name, index) })
  const rows: string[][] = []
  let at = endOfHeader + 1
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    if (end === -1) return badAnswer(`The statistics end within a row, after ${rows.length} complete ones.`)
    const line = text.slice(at, end)
    if (line === '' || line === '\r') break
    const quoted = line.includes('"')
    const read = quoted ? quotedRow(text, at) : { cells: line.split(','), next: end + 1 }
    if (read === null) return badAnswer(`The statistics end within a quoted text, after ${rows.length} complete rows.`)
    if (read.cells.length < names.length) return badAnswer(`Row ${rows.length + 1} of the statistics has ${read.cells.length} cells, and the header names ${names.length}.`)
    rows.push(read.cells)
    at = read.next
  }
  return ok({ columns, rows })
}

/** Cells of the row at `start`, and where the next one begins; null: the text ends before the row does. */
function quotedRow(text: string, start: number): { readonly cells: string[]; readonly next: number } | null {
  const cells: string[] = []
  let at = start
  for (;;) {
    if (text.charAt(at) === '"') {
      let cell = ''
      at += 1
      for (;;) {
        const quote = text.indexOf('"', at)
        if (quote === -1) return null
        cell += text.slice(at, quote)
        at = quote + 1
        if (text.charAt(at) !== '"') break
        cell += '"'
        at += 1
      }
      cells.push(cell)
    } else {
      const rest = /[,\n]/g
      rest.lastIndex = at
      const found = rest.exec(text)
      if (found === null) return null
      cells.push(text.slice(at, found.index).replace(/\r$/, ''))
      at = found.index
    }
    const next = text.charAt(at)
    at += 1
    if (next === '\n') return { cells, next: at }
    if (next !== ',') return null
  }
}
