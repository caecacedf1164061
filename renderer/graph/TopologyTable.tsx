import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { TopologyTableProps } from './props.ts'
import { columnsFor, sortRows, tableRows, toTsv, type TableKey } from './table-rows.ts'
import './graph.css'

const rowHeight = 27
const overscan = 20

/** The picture as rows: same boxes, sortable by every column, copied as tab separated text. Only rows in view are mounted. */
export function TopologyTable({ view, traffic, live, selection, query, ariaLabel, onSelect, onOpen }: TopologyTableProps) {
  const [sort, setSort] = useState<{ readonly key: TableKey; readonly isDescending: boolean } | null>(null)
  const [copied, setCopied] = useState('')
  const [range, setRange] = useState({ from: 0, to: 80 })
  const [active, setActive] = useState(0)
  const scroll = useRef<HTMLDivElement>(null)
  const isInside = useRef(false)
  const order = useRef<{ readonly view: typeof view; readonly query: string; readonly sort: typeof sort; readonly ids: readonly string[] } | null>(null)
  const all = useMemo(() => tableRows(view, traffic, live), [view, traffic, live])
  const columns = useMemo(() => columnsFor(traffic, live), [traffic, live])
  const rows = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '')
    const found = words.length === 0 ? all : all.filter((_, at) => words.every((word) => view.nodes[at]?.search.includes(word)))
    const sorted = sort === null ? found : sortRows(found, sort.key, sort.isDescending)
    // New numbers do not move rows under whoever is reading them; they do once the keyboard is elsewhere.
    const kept = order.current
    if (live !== null && isInside.current && kept?.view === view && kept.query === query && kept.sort === sort) {
      const byId = new Map(sorted.map((row) => [row.id, row]))
      return kept.ids.flatMap((id) => byId.get(id) ?? [])
    }
    order.current = { view, query, sort, ids: sorted.map((row) => row.id) }
    return sorted
  }, [all, query, sort, view, live])
  const chosen = useMemo(() => new Set(selection), [selection])

  const follow = (): void => {
    const element = scroll.current
    if (element === null) return
    const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - overscan)
    const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + overscan
    setRange((before) => (before.from === from && before.to === to ? before : { from, to }))
  }
  useEffect(follow, [rows])

  const goTo = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index))
    const row = rows[next]
    const element = scroll.current
    if (row === undefined || element === null) return
    setActive(next)
    onSelect([row.id])
    const top = next * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + 3 * rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + 3 * rowHeight - element.clientHeight
    follow()
    requestAnimationFrame(() => element.querySelector<HTMLElement>(`tr[data-row="${next}"]`)?.focus({ preventScroll: true }))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement) || event.target.closest('tbody') === null) return
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -rows.length, End: rows.length }[event.key]
    if (step !== undefined) goTo(active + step)
    else if (event.key === 'Enter') {
      const row = rows[active]
      if (row !== undefined) onOpen(row.id)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const copy = (): void => {
    navigator.clipboard.writeText(toTsv(rows, columns)).then(
      () => setCopied(`${rows.length} rows copied.`),
      () => setCopied('The clipboard is not available here.'),
    )
  }

  const shown = rows.slice(range.from, range.to)
  return (
    <div className="topology-table" onKeyDown={onKeyDown}>
      <div className="topology-table-bar">
        <span>{rows.length === all.length ? `${rows.length} rows` : `${rows.length} of ${all.length} rows`}</span>
        <span role="status">{copied}</span>
        <button type="button" onClick={copy}>Copy as text</button>
      </div>
      <div className="topology-table-scroll" ref={scroll} onScroll={follow}>
        <table aria-label={ariaLabel} aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              {columns.map((column) => {
                const isSorted = sort?.key === column.key
                return (
                  <th key={column.key} scope="col" className={column.isNumeric ? 'numeric' : ''} aria-sort={isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}>
                    <button type="button" onClick={() => setSort(isSorted && sort.isDescending ? null : { key: column.key, isDescending: isSorted })}>
                      {column.title}{isSorted ? (sort.isDescending ? ' ↓' : ' ↑') : ''}
                    </button>
                  </th>
                )
              })}
            </tr>
          </thead>
          <tbody onFocus={() => { isInside.current = true }} onBlur={() => { isInside.current = false }}>
            {range.from > 0 ? <tr className="spacer" aria-hidden="true"><td colSpan={columns.length} style={{ height: range.from * rowHeight }} /></tr> : null}
            {shown.map((row, at) => {
              const index = range.from + at
              return (
                <tr
                  key={row.id} data-row={index} aria-rowindex={index + 2} aria-selected={chosen.has(row.id)} tabIndex={index === Math.min(active, rows.length - 1) ? 0 : -1}
                  onClick={() => { setActive(index); onSelect([row.id]) }} onDoubleClick={() => onOpen(row.id)}
                >
                  {columns.map((column) => (
                    <td key={column.key} className={column.isNumeric ? 'numeric' : ''} title={row.cells[column.key]}>{row.cells[column.key]}</td>
                  ))}
                </tr>
              )
            })}
            {range.to < rows.length ? <tr className="spacer" aria-hidden="true"><td colSpan={columns.length} style={{ height: (rows.length - Math.max(range.to, range.from)) * rowHeight }} /></tr> : null}
          </tbody>
        </table>
      </div>
    </div>
  )
}
