import { noTraffic } from '#shared/view/traffic-marks.ts'
import { useImperativeHandle, useRef, useState, useEffect } from 'react'
import { warmLayout } from './layout-client.ts'
import { PictureView, type PictureHandle } from './PictureView.tsx'
import type { TopologyCanvasProps } from './props.ts'
import { TopologyTable } from './TopologyTable.tsx'
import './graph.css'

// The worker starts while the first view is still on its way.
warmLayout()

/** The picture and its table twin under one handle; the picture keeps its place while the table is open. */
export function TopologyCanvas(props: TopologyCanvasProps) {
  const { ref, table, onTable } = props
  const [isTable, setTable] = useState(table)
  const picture = useRef<PictureHandle>(null)
  useEffect(() => setTable(table), [table])
  const show = (open: boolean): void => {
    setTable(open)
    onTable?.(open)
  }
  useImperativeHandle(ref, () => ({
    fit: () => picture.current?.fit(),
    zoomIn: () => picture.current?.zoomBy(1.25),
    zoomOut: () => picture.current?.zoomBy(0.8),
    focusNode: (id) => picture.current?.focusNode(id),
    revealEdge: (id) => picture.current?.revealEdge(id),
    findNext: () => picture.current?.find(1),
    findPrevious: () => picture.current?.find(-1),
    openTable: () => show(true),
    openPicture: () => show(false),
  }))
  return (
    <div className="topology">
      <PictureView {...props} handle={picture} isHidden={isTable} />
      {isTable ? (
        <TopologyTable view={props.view} traffic={props.traffic ?? noTraffic} live={props.live ?? null} selection={props.selection} query={props.query} ariaLabel={`${props.ariaLabel}, as table`} onSelect={props.onSelect} onOpen={props.onOpen} />
      ) : null}
    </div>
  )
}
