import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { countAt, isObject, numberAt, objectAt, readJson, textAt } from '#shared/live/json-answer.ts'
import { withPools } from '#shared/live/row-sums.ts'
import type { LiveRow, LiveSnapshot, ServerRow } from '#shared/live/snapshot.ts'
import { statusClasses } from './status-classes.ts'

/** Path of the JSON under the one of the page; null: a path that could steer the module, which obeys GET. */
export function vtsPath(path: string): string | null {
  return /control/i.test(path) ? null : `${path.replace(/\/(?:format\/(?:json|html|prometheus)\/?)?$/, '')}/format/json`
}

/**
 * The status of the module vhost_traffic_status. `null`: the text is no such status.
 *
 * Requests of servers are tries: one that fails and goes on to another server counts at both. Counters are in shared
 * memory and go on over a reload, which shows in the time of loading. `down` is the mark of the config; whether a server
 * answers is not told. Direct targets of `proxy_pass` are left out: they are no upstream.
 *
 * Source: nginx-module-vts, README, "JSON".
 */
export function parseVts(text: string, poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>): LiveSnapshot | null {
  const status = readJson(text)
  if (!isObject(status) || !isObject(status['serverZones']) || textAt(status, 'nginxVersion') === null) return null
  const listeners = Object.entries(status['serverZones']).flatMap(([owner, zone]): LiveRow[] => (owner === '*' ? [] : [{
    kind: 'listener', owner: cleanText(owner), protocol: 'http', gauges: blankGauges,
    counters: { ...blankCounters, requests: countAt(zone, 'requestCounter'), bytesIn: countAt(zone, 'inBytes'), bytesOut: countAt(zone, 'outBytes'), ...statusClasses(zone) },
  }]))
  const servers = Object.entries(objectAt(status, 'upstreamZones')).flatMap(([owner, list]) => (owner === '::nogroups' || !Array.isArray(list) ? [] : list.flatMap((server: unknown) => serverRow(cleanText(owner), server))))
  const loaded = numberAt(status, 'loadMsec')
  const memory = objectAt(status, 'sharedZones')
  const [used, most] = [numberAt(memory, 'usedSize'), numberAt(memory, 'maxSize')]
  return {
    product: 'nginx', version: cleanText(textAt(status, 'nginxVersion') ?? ''), ...poll, epoch: null, ...(loaded === null ? {} : { generation: `@${loaded}` }), uptimeSeconds: null, stopping: false,
    notes: [
      'Requests of servers are tries: one that goes on to another server counts at both.',
      ...(used !== null && most !== null && used > 0.95 * most ? ['The memory of the module is full: servers that are new are not counted.'] : []),
    ],
    rows: [...listeners, ...withPools(servers)],
  }
}

function serverRow(owner: string, server: unknown): readonly ServerRow[] {
  const address = textAt(server, 'server')
  if (address === null) return []
  const requests = countAt(server, 'requestCounter')
  const totalMs = countAt(server, 'responseMsecCounter')
  const down = isObject(server) && server['down'] === true
  return [{
    kind: 'server', owner, name: cleanText(address), protocol: 'http', gauges: blankGauges,
    counters: { ...blankCounters, requests, ...statusClasses(server), ...(totalMs === null ? {} : { responseMsTotal: totalMs, responsesTimed: requests }) },
    state: {
      ...blankState, text: down ? 'down' : '', health: down ? 'unknown' : 'unchecked', admin: down ? 'maintenance' : 'ready', weight: numberAt(server, 'weight'),
      backup: isObject(server) && server['backup'] === true, address: cleanText(address),
    },
  }]
}
