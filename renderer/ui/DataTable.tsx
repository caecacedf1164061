import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { Table, TableRow } from '#shared/presentation/presentation.ts'
import { ToneGlyph } from './primitives.tsx'
import { nextSorting, sortRows, type Sorting } from './sorting.ts'

interface DataTableProps {
  readonly label: string
  readonly table: Table
  readonly selected: (row: TableRow) => boolean
  readonly onSelect: (row: TableRow) => void
}

const rowPixels = 28
const overscan = 12
const drawAllBelow = 300

/** A sortable table. Rows are walked with the arrow keys and chosen with Enter; long tables draw only the rows in view. */
export function DataTable({ label, table, selected, onSelect }: DataTableProps) {
  const [sorting, setSorting] = useState<Sorting | null>(null)
  const [scroll, setScroll] = useState({ top: 0, height: 600 })
  const [active, setActive] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => sortRows(table.rows, sorting), [table, sorting])
  const all = rows.length <= drawAllBelow
  const first = all ? 0 : Math.max(0, Math.floor(scroll.top / rowPixels) - overscan)
  const last = all ? rows.length : Math.min(rows.length, Math.ceil((scroll.top + scroll.height) / rowPixels) + overscan)

  const walk = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key]
    const row = rows[active]
    if ((event.key === 'Enter' || event.key === ' ') && row !== undefined) {
      event.preventDefault()
      onSelect(row)
    }
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const next = Math.max(0, Math.min(rows.length - 1, active + step))
    setActive(next)
    if (box.current !== null && !all) box.current.scrollTop = Math.max(0, next * rowPixels - box.current.clientHeight / 2)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus())
  }

  return (
    <div className="table-box" ref={box} onScroll={(event) => !all && setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}>
      <table className={`data-table ${all ? 'wraps' : ''}`} aria-label={label} aria-rowcount={rows.length}>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column.key} className={column.numeric ? 'n' : ''} aria-sort={sorting?.key !== column.key ? 'none' : sorting.down ? 'descending' : 'ascending'}>
                <button type="button" onClick={() => setSorting(nextSorting(sorting, column.key))}>
                  {column.title}
                  <span aria-hidden="true">{sorting?.key === column.key ? (sorting.down ? ' ↓' : ' ↑') : ''}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={walk}>
          {first > 0 && <tr aria-hidden="true" style={{ height: first * rowPixels }} />}
          {rows.slice(first, last).map((row, offset) => (
            <tr
              key={row.id} data-row={first + offset} tabIndex={first + offset === Math.min(active, rows.length - 1) ? 0 : -1} aria-selected={selected(row)} className={`tone-row-${row.tone}`}
              onFocus={() => setActive(first + offset)} onClick={() => onSelect(row)}
            >
              {table.columns.map((column, index) => (
                <td key={column.key} className={column.numeric ? 'n' : ''} title={column.numeric ? undefined : String(row.cells[column.key] ?? '')}>
                  {index === 0 && <ToneGlyph tone={row.tone} />}
                  {row.cells[column.key] ?? ''}
                </td>
              ))}
            </tr>
          ))}
          {last < rows.length && <tr aria-hidden="true" style={{ height: (rows.length - last) * rowPixels }} />}
        </tbody>
      </table>
      {rows.length === 0 && <p className="muted pad">Nothing here.</p>}
    </div>
  )
}
