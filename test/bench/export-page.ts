// Runs in the browser: the scene as a stock React Flow page, for html-to-image to photograph.
import { toPng, toSvg } from 'html-to-image'
import { createElement as h, memo } from 'react'
import { createRoot } from 'react-dom/client'
import { Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from 'reactflow'

import { paintPng } from '#renderer/features/export/paint-png.ts'
import type { PictureMarks } from '#shared/rpc/payloads.ts'

interface PageNode { readonly id: string; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly title: string; readonly lines: readonly string[] }
interface PageEdge { readonly id: string; readonly source: string; readonly target: string; readonly width: number }

const Box = memo(({ data }: NodeProps) => {
  const node = data as unknown as PageNode
  return h('div', { className: 'box', style: { width: node.width, height: node.height } },
    h(Handle, { type: 'target', position: Position.Left }), h('b', null, node.title), ...node.lines.map((line) => h('small', { key: line }, line)),
    h(Handle, { type: 'source', position: Position.Right }))
})
const nodeTypes = { box: Box }

const bench = {
  async show(nodes: readonly PageNode[], edges: readonly PageEdge[], width: number, height: number): Promise<void> {
    const root = document.getElementById('root') as HTMLElement
    root.style.width = `${width}px`
    root.style.height = `${height}px`
    createRoot(root).render(h(ReactFlow, {
      nodeTypes, minZoom: 0.01,
      nodes: nodes.map((node): Node => ({ id: node.id, type: 'box', position: { x: node.x, y: node.y }, data: { ...node }, width: node.width, height: node.height })),
      edges: edges.map((edge): Edge => ({ id: edge.id, source: edge.source, target: edge.target, style: { strokeWidth: edge.width } })),
    }))
    for (let wait = 0; wait < 200 && document.querySelectorAll('.react-flow__edge').length < edges.length; wait += 1) await new Promise((done) => setTimeout(done, 50))
  },
  /** What the window does with the marks the engine sends: reads them, paints them, and has the PNG as base64. */
  async paint(json: string, scale: number): Promise<{ milliseconds: number; bytes: number }> {
    const start = performance.now()
    const picture = await paintPng(JSON.parse(json) as PictureMarks, scale)
    if (picture === null) throw new Error('The window could not paint the picture.')
    return { milliseconds: performance.now() - start, bytes: Math.floor((picture.base64.length * 3) / 4) }
  },
  async photograph(kind: 'svg' | 'png', width: number, height: number, scale: number): Promise<{ milliseconds: number; bytes: number }> {
    const start = performance.now()
    const target = document.querySelector('.react-flow__viewport') as HTMLElement
    const url = await (kind === 'svg' ? toSvg : toPng)(target, { width, height, pixelRatio: scale, skipFonts: true })
    return { milliseconds: performance.now() - start, bytes: url.length }
  },
}

declare global {
  interface Window { exportBench: typeof bench }
}
window.exportBench = bench
