import { percent } from './names.ts'
import type { TopologyNode, TopologyView } from './topology-view.ts'
import { toneGlyph } from '#shared/presentation/presentation.ts'

/** Characters that end a quoted Mermaid label or start markup are written as entities. */
function label(text: string): string {
  return text.replace(/[&"<>#;[\]{}|\\`]/g, (character) => `#${character.charCodeAt(0)};`)
}

function nodeLabel(node: TopologyNode): string {
  const glyph = toneGlyph[node.tone]
  const head = `${glyph === '' ? '' : `${glyph} `}${node.title}${node.tag === '' ? '' : ` (${node.tag})`}`
  return [head, ...node.lines].map(label).join('<br/>')
}

const shapes: Readonly<Record<TopologyNode['column'], readonly [string, string]>> = { listener: ['(["', '"])'], route: ['["', '"]'], pool: ['[["', '"]]'], server: ['("', '")'] }

/** The picture as a Mermaid flowchart; node names are numbered in order, so the same view gives the same text. */
export function renderMermaid(view: TopologyView): string {
  const names = new Map(view.nodes.map((node, index) => [node.id, `n${index + 1}`]))
  const lines = ['flowchart LR']
  for (const node of view.nodes) {
    const [open, close] = shapes[node.column]
    lines.push(`  ${names.get(node.id) ?? ''}${open}${nodeLabel(node)}${close}`)
  }
  for (const edge of view.edges) {
    const from = names.get(edge.from)
    const to = names.get(edge.to)
    if (from === undefined || to === undefined) continue
    const text = edge.label !== '' ? edge.label : edge.share === null ? '' : percent(edge.share)
    const arrow = edge.change === 'removed' ? '-.->' : '-->'
    lines.push(`  ${from} ${arrow}${text === '' ? '' : `|"${label(text)}"|`} ${to}`)
  }
  const toned = new Map<string, string[]>()
  for (const node of view.nodes) {
    if (node.tone === 'neutral' || node.tone === 'same') continue
    const row = toned.get(node.tone)
    if (row === undefined) toned.set(node.tone, [names.get(node.id) ?? ''])
    else row.push(names.get(node.id) ?? '')
  }
  for (const [tone, members] of toned) lines.push(`  classDef ${tone} ${classStyle(tone)}`, `  class ${members.join(',')} ${tone}`)
  return `${lines.join('\n')}\n`
}

function classStyle(tone: string): string {
  switch (tone) {
    case 'removed': return 'stroke-dasharray:4 4,stroke-width:2px'
    case 'critical': return 'stroke-width:3px'
    default: return 'stroke-width:2px'
  }
}
