import { useState, type ReactNode } from 'react'

const pageSize = 100

interface CardListProps<T extends { readonly id: string }> {
  readonly items: readonly T[]
  readonly chosen: string | null
  readonly children: (item: T) => ReactNode
}

/** Cards one under another, a page at first; a chosen one is always among them. */
export function CardList<T extends { readonly id: string }>({ items, chosen, children }: CardListProps<T>) {
  const [limit, setLimit] = useState(pageSize)
  const shown = Math.max(limit, items.findIndex((item) => item.id === chosen) + 1)
  const rest = items.length - shown
  return (
    <>
      <ol>{items.slice(0, shown).map((item) => <li key={item.id} data-finding={item.id}>{children(item)}</li>)}</ol>
      {rest > 0 && <button type="button" className="link pad" onClick={() => setLimit(shown + pageSize)}>{rest.toLocaleString('en')} more: show the next {Math.min(pageSize, rest)}</button>}
    </>
  )
}
