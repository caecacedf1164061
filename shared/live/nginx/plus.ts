import { isIpAddress, normalAddress } from '#shared/live/address.ts'
import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { countAt, foreignJson, isObject, listAt, numberAt, objectAt, readJson, textAt, type JsonObject } from '#shared/live/json-answer.ts'
import { withPools } from '#shared/live/row-sums.ts'
import type { LiveRow, LiveSnapshot, ServerRow } from '#shared/live/snapshot.ts'
import { nginxPlusState, type NginxPlusState } from './peer-state.ts'
import { statusClasses } from './status-classes.ts'

/** What is asked below the version of the API, in this order. */
export const plusPaths = ['/http/upstreams', '/http/server_zones', '/nginx'] as const

/** Path of one question; null: the path of the source is not one of the API with its version. */
export function plusPath(base: string, path: (typeof plusPaths)[number]): string | null {
  const plain = base.replace(/\/+$/, '')
  return /\/[1-9]$/.test(plain) ? `${plain}${path}` : null
}

/**
 * The answers of the API of nginx Plus to `plusPaths`. A text says what is wrong with them.
 *
 * Whether counters of servers go on over a reload is decided row by row, by the rate that follows.
 * Source: nginx documentation, ngx_http_api_module.
 */
export function parsePlus(texts: readonly string[], poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>): LiveSnapshot | string {
  const [upstreams, zones, about] = texts.map(readJson)
  const wrong = [upstreams, zones, about].findIndex((one) => !isObject(one))
  if (wrong !== -1) return `${plusPaths[wrong] ?? ''} ${foreignJson(texts[wrong] ?? '')}.`
  if (textAt(about, 'version') === null) return '/nginx names no version of nginx.'
  const rows: LiveRow[] = Object.entries(zones as JsonObject).map(([owner, zone]) => ({
    kind: 'listener', owner: cleanText(owner), protocol: 'http', gauges: { ...blankGauges, sessions: numberAt(zone, 'processing') },
    counters: { ...blankCounters, requests: countAt(zone, 'requests'), bytesIn: countAt(zone, 'received'), bytesOut: countAt(zone, 'sent'), ...statusClasses(zone) },
  }))
  for (const [name, upstream] of Object.entries(upstreams as JsonObject)) {
    const servers = serverRows(cleanText(name), listAt(upstream, 'peers'))
    const queued = numberAt(objectAt(upstream, 'queue'), 'size')
    rows.push(...withPools(servers).map((row): LiveRow => (row.kind === 'pool' ? { ...row, gauges: { ...row.gauges, queued } } : row)))
  }
  return { product: 'nginx', ...processOf(about), ...poll, stopping: false, rows }
}

function processOf(about: unknown): Pick<LiveSnapshot, 'version' | 'epoch' | 'uptimeSeconds'> {
  const loaded = textAt(about, 'load_timestamp')
  const generation = numberAt(about, 'generation')
  const [from, to] = [Date.parse(loaded ?? ''), Date.parse(textAt(about, 'timestamp') ?? '')]
  const version = textAt(about, 'version')
  return {
    version: version === null ? null : cleanText(version), epoch: loaded === null ? null : cleanText(`${generation ?? ''}@${loaded}`),
    uptimeSeconds: Number.isFinite(from) && Number.isFinite(to) ? Math.max(0, (to - from) / 1000) : null,
  }
}

function serverRows(owner: string, peers: readonly unknown[]): readonly ServerRow[] {
  // A host name with several addresses gives several servers of one name.
  const names = new Map<string, number>()
  for (const peer of peers) names.set(textAt(peer, 'name') ?? '', (names.get(textAt(peer, 'name') ?? '') ?? 0) + 1)
  return peers.flatMap((peer): ServerRow[] => {
    const address = textAt(peer, 'server')
    if (address === null) return []
    const name = textAt(peer, 'name')
    const host = name === null ? null : normalAddress(name)?.host ?? null
    const limit = numberAt(peer, 'max_conns')
    const passed = objectAt(peer, 'health_checks')['last_passed']
    return [{
      kind: 'server', owner, name: cleanText(name === null || names.get(name) !== 1 ? address : name), protocol: 'http',
      counters: {
        ...blankCounters, requests: countAt(peer, 'requests'), ...statusClasses(peer), bytesIn: countAt(peer, 'sent'), bytesOut: countAt(peer, 'received'), failedResponses: countAt(peer, 'fails'),
      },
      gauges: { sessions: numberAt(peer, 'active'), queued: null, sessionLimit: limit === 0 ? null : limit, responseMs: numberAt(peer, 'response_time') },
      state: {
        ...blankState, ...stateOf(textAt(peer, 'state')), weight: numberAt(peer, 'weight'), backup: isObject(peer) && peer['backup'] === true, address: cleanText(address),
        hostName: host === null || isIpAddress(host) ? null : cleanText(host), check: typeof passed === 'boolean' ? (passed ? 'passed' : 'failed') : null,
      },
    }]
  })
}

const words: ReadonlySet<string> = new Set<NginxPlusState>(['up', 'draining', 'down', 'unavail', 'checking', 'unhealthy'])

function stateOf(word: string | null): ReturnType<typeof nginxPlusState> {
  return word !== null && words.has(word) ? nginxPlusState(word as NginxPlusState) : { text: cleanText(word ?? ''), health: 'unknown', admin: 'ready' }
}
