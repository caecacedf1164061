import { failed, ok } from '#shared/diagnostics/failure.ts'
import { toBalancerRows } from '#shared/live/apache/balancer.ts'
import { parseManagerXml } from '#shared/live/apache/manager-xml.ts'
import { managerPath, statusPath } from '#shared/live/apache/reads.ts'
import { parseServerStatus, toServerStatusSnapshot } from '#shared/live/apache/server-status.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads the balancer manager as XML. */
export function apacheManagerReader(port: LivePort, source: HttpSource): SnapshotReader {
  let nonces: string | null = null
  let epoch = 0
  return async (limitMs, limitBytes) => {
    const answer = await port.ask(source, { kind: 'get', path: managerPath(source.path), accept: 'text/xml', ownReferer: true }, limitMs, limitBytes)
    if (!answer.ok) return answer
    const { text, ...poll } = answer.value
    const page = parseManagerXml(text)
    if (page === null) return failed('bad-answer', `${source.title} is not the balancer manager of Apache as XML${/^\s*<(!doctype|html)/i.test(text) ? ': it is a web page. Apache 2.4 gives XML only under the host name that is asked for' : ', or not all of it came'}.`)
    // New ones mean that the counters started again. They would allow to change workers, so they stay here.
    if (nonces !== null && page.nonces !== nonces) epoch += 1
    nonces = page.nonces
    return ok({
      product: 'Apache', version: null, ...poll, epoch: `#${epoch}`, uptimeSeconds: null, stopping: false, rows: toBalancerRows(page.balancers, null),
      notes: page.balancers.length === 0 ? ['This Apache has no balancers.'] : ['Apache counts tries: a request that went on to another server counts at both. It tells no statuses and no response times.'],
    })
  }
}

/** Reads the status page for machines. */
export function apacheStatusReader(port: LivePort, source: HttpSource): SnapshotReader {
  return async (limitMs, limitBytes) => {
    const answer = await port.ask(source, { kind: 'get', path: statusPath(source.path), accept: 'text/plain' }, limitMs, limitBytes)
    if (!answer.ok) return answer
    const { text, ...poll } = answer.value
    const status = parseServerStatus(text)
    return status === null ? failed('bad-answer', `${source.title} is not the status page of Apache, or not all of it came.`) : ok(toServerStatusSnapshot(status, poll))
  }
}
