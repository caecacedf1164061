import { percent } from './names.ts'
import type { TopologyView } from './topology-view.ts'
import { toneGlyph } from '#shared/presentation/presentation.ts'

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\r', '').replaceAll('\n', '\\n')}"`
}

/** Thin to thick on a square-root scale, as in the picture. */
function penWidth(share: number | null): string {
  return (1 + Math.sqrt(share ?? 0) * 4).toFixed(2)
}

const shapes = { listener: 'house', route: 'box', pool: 'box3d', server: 'ellipse' } as const

/** The picture as a Graphviz digraph, one rank per column. The same view gives the same text. */
export function renderDot(view: TopologyView): string {
  const lines = [`digraph ${quoted(view.title)} {`, '  rankdir=LR;', '  node [fontname="Inter", fontsize=10];', '  edge [fontname="Inter", fontsize=9];']
  for (const node of view.nodes) {
    const glyph = toneGlyph[node.tone]
    const text = [`${glyph === '' ? '' : `${glyph} `}${node.title}${node.tag === '' ? '' : ` (${node.tag})`}`, ...node.lines].join('\n')
    const style = node.change === 'removed' ? 'dashed' : node.change === 'same' ? 'solid' : 'bold'
    lines.push(`  ${quoted(node.id)} [label=${quoted(text)}, shape=${shapes[node.column]}, style=${style}];`)
  }
  for (const column of ['listener', 'route', 'pool', 'server'] as const) {
    const members = view.nodes.filter((node) => node.column === column)
    if (members.length > 0) lines.push(`  { rank=same; ${members.map((node) => `${quoted(node.id)};`).join(' ')} }`)
  }
  for (const edge of view.edges) {
    const text = edge.label !== '' ? edge.label : edge.share === null ? '' : percent(edge.share)
    lines.push(`  ${quoted(edge.from)} -> ${quoted(edge.to)} [label=${quoted(text)}, penwidth=${penWidth(edge.share)}, style=${edge.change === 'removed' ? 'dashed' : 'solid'}];`)
  }
  lines.push('}')
  return `${lines.join('\n')}\n`
}
