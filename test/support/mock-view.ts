import type { Change, Tone } from '#shared/presentation/presentation.ts'
import type { TopologyColumn, TopologyEdge, TopologyNode, TopologyView } from '#shared/view/topology-view.ts'

interface NodeParts { readonly lines?: readonly string[]; readonly tag?: string; readonly tone?: Tone; readonly change?: Change; readonly share?: number; readonly shareBefore?: number }

export function viewNode(column: TopologyColumn, id: string, title: string, parts: NodeParts = {}): TopologyNode {
  return {
    id, column, title, lines: parts.lines ?? [], tag: parts.tag ?? '', tone: parts.tone ?? 'neutral', change: parts.change ?? 'same', changes: [],
    share: parts.share ?? null, shareBefore: parts.shareBefore ?? null, members: [], parent: null, kindWord: column, before: [], after: [], search: title.toLowerCase(),
  }
}

export function viewEdge(from: string, to: string, order: number, parts: { readonly share?: number; readonly shareBefore?: number; readonly label?: string; readonly change?: Change } = {}): TopologyEdge {
  return {
    id: `${from}→${to}`, from, to, share: parts.share ?? null, shareBefore: parts.shareBefore ?? null, label: parts.label ?? '', change: parts.change ?? 'same',
    tone: 'neutral', order, before: [], after: [],
  }
}

/** The login misroute as in the design mock: a difference with every kind of change. */
export const mockView: TopologyView = {
  title: 'edge-lb-1', isDifference: true,
  nodes: [
    viewNode('listener', 'listener:https-in', 'https-in', { tag: 'http', lines: [':443 · *.shop.example', '4 certificates · h2'] }),
    viewNode('route', 'route:static', 'static assets', { tag: 'rule 1', lines: ['path /static/ | /img/'] }),
    viewNode('route', 'route:api', 'api', { tag: 'rule 2', lines: ['host api.shop.example'] }),
    viewNode('route', 'route:login', 'login', { tag: 'shadowed', change: 'changed', tone: 'critical', lines: ['host api… · path /v2/auth/', 'never reached: rule 2 matches first'] }),
    viewNode('route', 'route:default', 'everything else', { tag: 'default', lines: ['default_backend web'] }),
    viewNode('pool', 'pool:assets', 'assets', { tag: 'roundrobin', lines: ['2 servers · check GET /up'] }),
    viewNode('pool', 'pool:api', 'api', { tag: 'weights', change: 'changed', lines: ['3 servers · leastconn → roundrobin'], share: 0.98, shareBefore: 0.33 }),
    viewNode('pool', 'pool:auth', 'auth', { tag: 'unreachable', change: 'removed', lines: ['2 servers · no route leads here'] }),
    viewNode('pool', 'pool:web', 'web', { tag: 'roundrobin', lines: ['6 servers · check GET /health'] }),
    viewNode('pool', 'pool:lua', 'chosen by Lua', { tag: 'not known', tone: 'unknown', lines: ['lua.route at line 12'] }),
    viewNode('server', 'pool:assets/server:asset-1', 'asset-1', { tag: '50%', tone: 'ok' }),
    viewNode('server', 'pool:assets/server:asset-2', 'asset-2', { tag: '50%', tone: 'maintenance' }),
    viewNode('server', 'pool:api/server:api-1', 'api-1', { tag: '33 → 98%', tone: 'ok', change: 'changed' }),
    viewNode('server', 'pool:api/server:api-2', 'api-2', { tag: '33 → 1%', tone: 'ok', change: 'changed' }),
    viewNode('server', 'pool:api/server:api-3', 'api-3', { tag: '33 → 1%', tone: 'down', change: 'changed' }),
    viewNode('server', 'group:auth', 'auth-1, auth-2', { tag: '0%', change: 'removed' }),
    viewNode('server', 'group:web', '6 servers', { tag: '▸', tone: 'ok' }),
    viewNode('server', 'pool:web/server:canary', 'web-canary', { tag: 'new', tone: 'ok', change: 'added' }),
  ],
  edges: [
    viewEdge('listener:https-in', 'route:static', 0), viewEdge('listener:https-in', 'route:api', 1),
    viewEdge('listener:https-in', 'route:login', 2, { change: 'changed' }), viewEdge('listener:https-in', 'route:default', 3),
    viewEdge('route:static', 'pool:assets', 0, { share: 1 }), viewEdge('route:api', 'pool:api', 0, { share: 1 }),
    viewEdge('route:login', 'pool:auth', 0, { change: 'removed', label: 'was' }), viewEdge('route:login', 'pool:api', 1, { change: 'added', label: 'now' }),
    viewEdge('route:default', 'pool:web', 0, { share: 0.9 }), viewEdge('route:default', 'pool:lua', 1, { share: 0.1, label: '10%' }),
    viewEdge('pool:assets', 'pool:assets/server:asset-1', 0, { share: 0.5 }), viewEdge('pool:assets', 'pool:assets/server:asset-2', 1, { share: 0.5 }),
    viewEdge('pool:api', 'pool:api/server:api-1', 0, { share: 0.98, shareBefore: 0.33, change: 'changed', label: '98%' }),
    viewEdge('pool:api', 'pool:api/server:api-2', 1, { share: 0.01, shareBefore: 0.33, change: 'changed' }),
    viewEdge('pool:api', 'pool:api/server:api-3', 2, { share: 0.01, shareBefore: 0.33, change: 'changed' }),
    viewEdge('pool:auth', 'group:auth', 0, { change: 'removed', shareBefore: 1 }), viewEdge('pool:web', 'group:web', 0, { share: 0.95 }),
    viewEdge('pool:web', 'pool:web/server:canary', 1, { share: 0.05, change: 'added' }),
  ],
}
