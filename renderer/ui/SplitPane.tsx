import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'

interface SplitPaneProps {
  readonly id: string
  readonly label: string
  /** `rows`: the second pane stands below; `columns`: at the right. The second pane has the fixed size. */
  readonly direction: 'rows' | 'columns'
  readonly initial: number
  readonly minimum: number
  /** Pixels the first pane keeps at least. */
  readonly keep: number
  readonly children: readonly [ReactNode, ReactNode]
}

const stepPixels = 24

/** Two panes with a divider that pointer and arrow keys move. The size is remembered per window. */
export function SplitPane({ id, label, direction, initial, minimum, keep, children }: SplitPaneProps) {
  const box = useRef<HTMLDivElement>(null)
  const stored = Number(sessionStorage.getItem(`split:${id}`))
  const [size, setSize] = useState(Number.isFinite(stored) && stored >= minimum ? stored : initial)
  const rows = direction === 'rows'

  const resize = (wanted: number): void => {
    const whole = rows ? (box.current?.clientHeight ?? 0) : (box.current?.clientWidth ?? 0)
    const next = Math.round(Math.max(minimum, Math.min(wanted, whole - keep)))
    sessionStorage.setItem(`split:${id}`, String(next))
    setSize(next)
  }
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const bounds = box.current?.getBoundingClientRect()
    if (bounds !== undefined) resize(rows ? bounds.bottom - event.clientY : bounds.right - event.clientX)
  }
  const key = (event: KeyboardEvent<HTMLDivElement>): void => {
    const grow = rows ? 'ArrowUp' : 'ArrowLeft'
    const shrink = rows ? 'ArrowDown' : 'ArrowRight'
    if (event.key !== grow && event.key !== shrink) return
    event.preventDefault()
    event.stopPropagation()
    resize(size + (event.key === grow ? stepPixels : -stepPixels))
  }
  const share = `minmax(${minimum}px, min(${size}px, calc(100% - ${keep}px)))`
  return (
    <div ref={box} className="split" style={rows ? { gridTemplateRows: `minmax(0, 1fr) 5px ${share}` } : { gridTemplateColumns: `minmax(0, 1fr) 5px ${share}` }}>
      {children[0]}
      <div
        className={`divider ${direction}`} role="separator" tabIndex={0} aria-label={label} aria-orientation={rows ? 'horizontal' : 'vertical'}
        aria-valuenow={size} aria-valuemin={minimum} aria-valuemax={4000}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={drag} onKeyDown={key} onDoubleClick={() => resize(initial)}
      />
      {children[1]}
    </div>
  )
}
