import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { badAnswer, foreignAnswer, statColumns, type StatTable } from './stat-table.ts'

const comma = 44
const lineEnd = 10
const carriageReturn = 13
const quote = 34

/**
 * `show stat` as comma-separated values, from the socket or the page.
 *
 * Columns are found by name, because their number depends on version and modules. Texts may hold commas, doubled quotes
 * and line ends. One pass notes where the cells begin that are read; what stands in them is read when it is asked for.
 * Errors: `bad-answer` for something else, for a row with fewer cells than the header, and for an answer that ends in a row.
 * Source: HAProxy management guide, section 9.1 "CSV format".
 */
export function parseStatCsv(text: string): Result<StatTable> {
  if (!text.startsWith('# pxname,')) return badAnswer(`It answers ${foreignAnswer(text) ?? 'something that is not the statistics of HAProxy'}.`)
  const endOfHeader = text.indexOf('\n')
  if (endOfHeader === -1) return badAnswer('The statistics end in their first line.')
  const names = text.slice(2, endOfHeader).replace(/\r$/, '').split(',')
  const wanted: ReadonlySet<string> = new Set(statColumns)
  const columns = new Map<string, number>()
  // Place of each column of the answer among those that are kept; -1: it is not.
  const places = new Int32Array(names.length).fill(-1)
  names.forEach((name, index) => {
    if (!wanted.has(name)) return
    places[index] = columns.get(name) ?? columns.size
    columns.set(name, places[index] as number)
  })
  const cells = findCells(text, endOfHeader + 1, places, columns.size)
  return typeof cells === 'string' ? badAnswer(cells) : ok(tableOf(text, columns, cells.starts, cells.rows))
}

/** Where the kept cells of each row begin, row after row; a text says what is wrong. */
function findCells(text: string, start: number, places: Int32Array, kept: number): { readonly starts: Int32Array; readonly rows: number } | string {
  const length = text.length
  const count = places.length
  let starts = new Int32Array(Math.max(kept, 1) * Math.max(64, Math.ceil((length - start) / (3 * count))))
  let rows = 0
  let at = start
  while (at < length) {
    const first = text.charCodeAt(at)
    if (first === lineEnd || (first === carriageReturn && text.charCodeAt(at + 1) === lineEnd)) break
    const base = rows * kept
    if (base + kept > starts.length) {
      const grown = new Int32Array(starts.length * 2)
      grown.set(starts)
      starts = grown
    }
    let column = 0
    let sign = comma
    for (; sign === comma; column += 1) {
      if (column < count) {
        const place = places[column] as number
        if (place !== -1) starts[base + place] = at
      }
      sign = text.charCodeAt(at)
      if (sign === quote) {
        at = endOfQuoted(text, at)
        if (at === -1) return `The statistics end within a quoted text, after ${rows} complete rows.`
        sign = text.charCodeAt(at)
      }
      // Behind the end of the text it is no number, and the loop would not end.
      while (sign !== comma && sign !== lineEnd && at < length) sign = text.charCodeAt(at += 1)
      at += 1
    }
    if (sign !== lineEnd) return `The statistics end within a row, after ${rows} complete ones.`
    if (column < count) return `Row ${rows + 1} of the statistics has ${column} cells, and the header names ${count}.`
    rows += 1
  }
  return { starts, rows }
}

/** Position after the quote that ends the text which begins at `start`; -1: the answer ends before. */
function endOfQuoted(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== quote) return at + 1
  }
  return -1
}

function tableOf(text: string, columns: ReadonlyMap<string, number>, starts: Int32Array, size: number): StatTable {
  const kept = columns.size
  return {
    columns, size,
    text(row, column) {
      if (column < 0) return ''
      const start = starts[row * kept + column] as number
      const first = text.charCodeAt(start)
      if (first === comma || first === lineEnd) return ''
      if (first === quote) return text.slice(start + 1, endOfQuoted(text, start) - 1).replaceAll('""', '"')
      let end = start + 1
      for (let sign = text.charCodeAt(end); sign !== comma && sign !== lineEnd; sign = text.charCodeAt(end += 1));
      return text.slice(start, text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end)
    },
    number(row, column) {
      if (column < 0) return null
      let at = starts[row * kept + column] as number
      let value = -1
      for (let sign = text.charCodeAt(at); sign !== comma && sign !== lineEnd; sign = text.charCodeAt(at += 1)) {
        if (sign < 48 || sign > 57) return sign === carriageReturn && value !== -1 ? value : null
        value = (value === -1 ? 0 : value * 10) + sign - 48
      }
      return value === -1 ? null : value
    },
  }
}
