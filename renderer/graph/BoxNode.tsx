import { memo } from 'react'
import type { Node, NodeProps } from 'reactflow'

/** What a mounted box needs; the words are drawn by the canvas beneath, here they are spoken and shown as tooltip. */
export interface BoxData extends Record<string, unknown> {
  readonly label: string
  readonly tooltip: string
  readonly isActive: boolean
  readonly isSelected: boolean
  /** Boxes inside a folded one; 0: not folded. */
  readonly folded: number
}

export type BoxNodeType = Node<BoxData, 'box'>

export const BoxNode = memo(function BoxNode({ id, data }: NodeProps<BoxNodeType>) {
  return (
    <div
      className="topology-box" role="button" data-box={id} data-tooltip={data.tooltip} tabIndex={data.isActive ? 0 : -1} title={data.tooltip}
      aria-label={data.label} aria-pressed={data.isSelected} {...(data.folded > 0 ? { 'aria-expanded': false } : {})}
    />
  )
})
