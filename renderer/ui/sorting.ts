import type { TableRow } from '#shared/presentation/presentation.ts'

export interface Sorting {
  readonly key: string
  readonly down: boolean
}

/** Rows in the wanted order; numbers by size, text by words with numbers inside them counted; empty cells last. Stable. */
export function sortRows(rows: readonly TableRow[], sorting: Sorting | null): readonly TableRow[] {
  if (sorting === null) return rows
  const { key, down } = sorting
  return rows.toSorted((a, b) => {
    const left = a.cells[key] ?? null
    const right = b.cells[key] ?? null
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
    const order = typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right), 'en', { numeric: true })
    return down ? -order : order
  })
}

/** The click that follows: up, down, back to the order given. */
export function nextSorting(present: Sorting | null, key: string): Sorting | null {
  if (present?.key !== key) return { key, down: false }
  return present.down ? null : { key, down: true }
}
