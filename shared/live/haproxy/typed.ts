import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { badAnswer, cellTable, foreignAnswer, type StatTable } from './stat-table.ts'

/** One value of a typed or JSON answer. `row`: what the value belongs to, one text per row. */
export interface StatValue {
  readonly row: string
  readonly column: string
  readonly value: string
}

/**
 * `show stat typed`: one value a line, `<type>.<proxy>.<id>.<position>.<name>.<process>:<tags>:<form>:<value>`.
 *
 * Errors: `bad-answer` for something else.
 * Source: HAProxy management guide, section 9.2 "Typed output format".
 */
export function parseStatTyped(text: string): Result<StatTable> {
  const values: StatValue[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') break
    const match = /^([A-Z])\.(\d+)\.(\d+)\.\d+\.([^.:]+)\.(\d+):[^:]*:[a-z0-9]+:(.*?)\r?$/s.exec(line)
    if (match === null) return badAnswer(`It answers ${foreignAnswer(text) ?? 'something that is not the typed statistics of HAProxy'}.`)
    values.push({ row: `${match[1] as string}.${match[2] as string}.${match[3] as string}.${match[5] as string}`, column: match[4] as string, value: match[6] as string })
  }
  if (values.length === 0) return badAnswer('The statistics are empty.')
  return ok(toStatTable(values))
}

/** Values that name their row and column, as one table. */
export function toStatTable(values: Iterable<StatValue>): StatTable {
  const columns = new Map<string, number>()
  const rows = new Map<string, string[]>()
  for (const { row, column, value } of values) {
    let position = columns.get(column)
    if (position === undefined) columns.set(column, position = columns.size)
    let cells = rows.get(row)
    if (cells === undefined) rows.set(row, cells = [])
    cells[position] = value
  }
  return cellTable(columns, [...rows.values()])
}
