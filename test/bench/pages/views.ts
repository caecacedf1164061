import type { TopologyEdge, TopologyNode, TopologyView } from '#shared/view/topology-view.ts'

type NodeParts = Partial<TopologyNode> & Pick<TopologyNode, 'id' | 'column' | 'title'>
const kindWords = { listener: 'frontend', route: 'rule', pool: 'backend', server: 'server' } as const

export function box(parts: NodeParts): TopologyNode {
  return {
    lines: [], tag: '', tone: 'neutral', change: 'same', changes: [], share: null, shareBefore: null, members: [], parent: null,
    kindWord: kindWords[parts.column], before: [], after: [], search: `${parts.title} ${(parts.lines ?? []).join(' ')}`.toLowerCase(), ...parts,
  }
}

export function arrow(from: string, to: string, parts: Partial<TopologyEdge> = {}): TopologyEdge {
  return { id: `${from}→${to}`, from, to, share: null, shareBefore: null, label: '', change: 'same', tone: 'neutral', order: 0, before: [], after: [], ...parts }
}

/** The incident of the mock: two misroutes, one imbalance. */
export function incidentView(): TopologyView {
  const nodes = [
    box({ id: 'listener:http-in', column: 'listener', title: 'http-in', tag: 'http', lines: [':80', 'redirects to https'] }),
    box({ id: 'listener:https-in', column: 'listener', title: 'https-in', tag: 'http', lines: [':443 · *.shop.example', '4 certificates · h2'] }),
    box({ id: 'route:static', column: 'route', title: 'static assets', tag: 'rule 1', lines: ['path /static/ | /img/'] }),
    box({ id: 'route:api', column: 'route', title: 'api', tag: 'rule 2', lines: ['host api.shop.example'] }),
    box({ id: 'route:login', column: 'route', title: 'login', tag: 'shadowed', change: 'changed', tone: 'critical', lines: ['host api… · path /v2/auth/', 'never reached: rule 2 matches first'], changes: ['order: 2 → 3'] }),
    box({ id: 'route:rest', column: 'route', title: 'everything else', tag: 'default', lines: ['default_backend web'] }),
    box({ id: 'pool:assets', column: 'pool', title: 'assets', tag: 'roundrobin', lines: ['2 servers · check GET /up'] }),
    box({ id: 'pool:api', column: 'pool', title: 'api', tag: 'weights', change: 'changed', lines: ['3 servers · leastconn → roundrobin'], share: 0.98, shareBefore: 0.333, changes: ['balance: leastconn → roundrobin'] }),
    box({ id: 'pool:auth', column: 'pool', title: 'auth', tag: 'unreachable', change: 'removed', lines: ['2 servers · no route leads here'] }),
    box({ id: 'pool:web', column: 'pool', title: 'web', tag: 'roundrobin', lines: ['6 servers · check GET /health'], share: 0.167, shareBefore: 0.167 }),
    ...['asset-1', 'asset-2'].map((name) => box({ id: `pool:assets/server:${name}`, column: 'server', title: name, tag: '50%', tone: 'ok' })),
    box({ id: 'pool:api/server:api-1', column: 'server', title: 'api-1', tag: '33 → 98%', tone: 'ok', change: 'changed' }),
    box({ id: 'pool:api/server:api-2', column: 'server', title: 'api-2', tag: '33 → 1%', tone: 'ok', change: 'changed' }),
    box({ id: 'pool:api/server:api-3', column: 'server', title: 'api-3', tag: '33 → 1%', tone: 'down', change: 'changed' }),
    box({ id: 'group:auth', column: 'server', title: 'auth-1, auth-2', tag: '0%', change: 'removed', members: ['a', 'b'] }),
    box({ id: 'group:web', column: 'server', title: '6 servers', tag: '▸', tone: 'ok', members: ['a', 'b', 'c', 'd', 'e', 'f'] }),
  ]
  const edges = [
    arrow('listener:https-in', 'route:static', { share: 0.25, order: 0 }),
    arrow('listener:https-in', 'route:api', { share: 0.45, order: 1 }),
    arrow('listener:https-in', 'route:login', { share: 0.2, order: 2, change: 'changed' }),
    arrow('listener:https-in', 'route:rest', { share: 0.1, order: 3 }),
    arrow('route:static', 'pool:assets', { share: 1 }), arrow('route:api', 'pool:api', { share: 1 }),
    arrow('route:login', 'pool:auth', { share: 0.2, label: 'was', change: 'removed' }), arrow('route:login', 'pool:api', { share: 0.2, label: 'now', change: 'added', order: 1 }),
    arrow('route:rest', 'pool:web', { share: 1 }),
    arrow('pool:assets', 'pool:assets/server:asset-1', { share: 0.5 }), arrow('pool:assets', 'pool:assets/server:asset-2', { share: 0.5, order: 1 }),
    arrow('pool:api', 'pool:api/server:api-1', { share: 0.98, label: '98%', change: 'changed' }), arrow('pool:api', 'pool:api/server:api-2', { share: 0.01, change: 'changed', order: 1 }),
    arrow('pool:api', 'pool:api/server:api-3', { share: 0.01, change: 'changed', order: 2 }),
    arrow('pool:auth', 'group:auth', { share: 1, change: 'removed' }), arrow('pool:web', 'group:web', { share: 1 }),
  ]
  return { title: 'edge-lb-1', isDifference: true, nodes, edges }
}

/** Small deterministic generator, so that every run draws the same picture. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

/** Routes and pools one to one with a few shared, `servers` per pool; every twentieth pool changed. */
export function poolsView(pools: number, servers: number): TopologyView {
  const random = numbers(7)
  const listeners = Math.max(1, Math.round(pools / 40))
  const nodes: TopologyNode[] = []
  const edges: TopologyEdge[] = []
  for (let l = 0; l < listeners; l += 1) nodes.push(box({ id: `listener:${l}`, column: 'listener', title: `edge-${l}`, tag: 'http', lines: [`:${443 + l}`, 'h2'] }))
  for (let p = 0; p < pools; p += 1) {
    const change = p % 20 === 3 ? 'changed' : p % 53 === 11 ? 'removed' : p % 47 === 5 ? 'added' : 'same'
    nodes.push(box({ id: `route:${p}`, column: 'route', title: `service-${p}`, tag: `rule ${p % 40}`, change: change === 'changed' ? 'same' : change, lines: [`host service-${p}.example`] }))
    nodes.push(box({ id: `pool:${p}`, column: 'pool', title: `service-${p}`, tag: 'roundrobin', change, tone: p % 31 === 9 ? 'critical' : 'neutral', lines: [`${servers} servers`], share: 1 / Math.max(1, servers), shareBefore: 1 / Math.max(1, servers) }))
    edges.push(arrow(`listener:${p % listeners}`, `route:${p}`, { order: p, share: 1 / 40, change: change === 'changed' ? 'same' : change }))
    edges.push(arrow(`route:${p}`, `pool:${p}`, { share: 1, change }))
    if (random() < 0.15) edges.push(arrow(`route:${p}`, `pool:${Math.floor(random() * pools)}`, { id: `split:${p}`, share: 0.1, order: 1 }))
    for (let s = 0; s < servers; s += 1) {
      const id = `pool:${p}/server:${s}`
      nodes.push(box({ id, column: 'server', title: `node-${p}-${s}`, tag: `${Math.round(100 / servers)}%`, tone: random() < 0.02 ? 'down' : 'ok', change, parent: `pool:${p}` }))
      edges.push(arrow(`pool:${p}`, id, { share: 1 / servers, order: s, change }))
    }
  }
  return { title: `${pools} pools`, isDifference: true, nodes, edges: edges.filter((edge, at) => edges.findIndex((other) => other.id === edge.id) === at || edges.length > 5000) }
}

/** About `count` boxes in the proportions of real configs: 14 % pools, 17 % routes, 69 % servers. */
export function largeView(count: number): TopologyView {
  const pools = Math.max(3, Math.round(count / 7))
  return poolsView(pools, 5)
}
