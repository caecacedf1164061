import { memo, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from 'reactflow'
import 'reactflow/dist/style.css'
import { layoutView } from '#shared/layout/scene-builder.ts'
import '#renderer/ui/tokens.css'
import { largeView } from './views.ts'

/** The yardstick: React Flow as its documentation shows it, with memoised nodes, given sizes and stable props. */
const query = new URLSearchParams(location.search)
const count = Number(query.get('view') ?? 300)
const view = largeView(count)
const { graph, positions } = layoutView(view)

const Box = memo(function Box({ data }: NodeProps<Node<{ title: string; line: string; share: number }>>) {
  return (
    <div style={{ height: '100%', border: '1px solid var(--line-strong)', borderRadius: 8, background: 'var(--surface)', color: 'var(--text)', padding: '5px 10px', overflow: 'hidden' }}>
      <Handle type="target" position={Position.Left} />
      <b style={{ fontSize: 12.5, whiteSpace: 'nowrap', overflow: 'hidden', textOverflow: 'ellipsis', display: 'block' }}>{data.title}</b>
      <small style={{ fontSize: 11 }}>{data.line}</small>
      <div style={{ height: 5, background: 'var(--sunken)' }}><div style={{ height: 5, width: `${data.share * 100}%`, background: 'var(--flow-mid)' }} /></div>
      <Handle type="source" position={Position.Right} />
    </div>
  )
})
const nodeTypes = { box: Box }
const nodes: Node[] = view.nodes.map((node, i) => ({
  id: node.id, type: 'box', position: { x: positions.x[i] ?? 0, y: positions.y[i] ?? 0 }, width: graph.width[i] ?? 0, height: graph.height[i] ?? 0,
  data: { title: node.title, line: node.lines[0] ?? '', share: node.share ?? 0.2 },
}))
const edges: Edge[] = view.edges.map((edge) => ({ id: edge.id, source: edge.from, target: edge.to, style: { strokeWidth: 2 }, animated: query.has('animated') }))

function Watch() {
  useEffect(() => {
    const look = (): void => {
      if (document.querySelectorAll('.react-flow__edge').length < edges.length || document.querySelectorAll('.react-flow__node').length < nodes.length) requestAnimationFrame(look)
      else requestAnimationFrame(() => setTimeout(() => Object.assign(window, { ready: { layoutMs: 0, paintMs: performance.now() - started } }), 0))
    }
    look()
  }, [])
  return null
}

/** Weights held in React state, as its documentation has it; `setWeights` is what a poll would call. */
function Page() {
  const [shown, setShown] = useState(edges)
  Object.assign(window, { setWeights: (tick: number) => setShown(edges.map((edge, at) => ({ ...edge, style: { strokeWidth: 1 + 6 * Math.abs(Math.sin((tick + at) / 5)) } }))) })
  return <ReactFlow nodes={nodes} edges={shown} nodeTypes={nodeTypes} fitView minZoom={0.001} panOnScroll><Watch /></ReactFlow>
}

document.documentElement.dataset.theme = 'dark'
const started = performance.now()
createRoot(document.getElementById('root') as HTMLElement).render(<Page />)
