import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Sentence } from '#shared/presentation/presentation.ts'
import type { Comparison } from '#shared/rpc/payloads.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from '#shared/view/topology-view.ts'

export const file = 'haproxy.cfg'
export const span = (start: number, end: number) => ({ file, start, end })

export function node(id: string, parts: Partial<TopologyNode> = {}): TopologyNode {
  return {
    id, column: 'pool', title: id, lines: [], tag: '', tone: 'neutral', change: 'same', changes: [], share: null, shareBefore: null, members: [], parent: null, kindWord: 'backend',
    before: [], after: [], search: id, ...parts,
  }
}

export function edge(id: string, parts: Partial<TopologyEdge> = {}): TopologyEdge {
  return { id, from: 'a', to: 'b', share: null, shareBefore: null, label: '', change: 'same', tone: 'same', order: 0, before: [], after: [], ...parts }
}

export function view(nodes: readonly TopologyNode[], edges: readonly TopologyEdge[] = []): TopologyView {
  return { title: 'test', isDifference: true, nodes, edges }
}

export function sentence(id: string, parts: Partial<Sentence> = {}): Sentence {
  return { id, tone: 'changed', text: `Sentence ${id}.`, details: [], highlights: [], before: [], after: [], ...parts }
}

export function finding(code: `${string}/${string}`, parts: Partial<Diagnostic> = {}): Diagnostic {
  return { code, severity: 'warning', message: `Message of ${code}.`, at: span(0, 4), related: [], fix: null, source: 'manual', fingerprint: code, ...parts }
}

export function comparison(parts: Partial<Comparison> = {}): Comparison {
  return {
    files: [], text: { added: 0, removed: 0 }, sentences: [], distribution: [], pools: { added: [], removed: [], changed: [], renamed: [] }, checks: { introduced: [], resolved: [] },
    notModelled: [], milliseconds: 1, ...parts,
  }
}
