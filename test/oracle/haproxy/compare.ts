import type { RouteAnswer } from '#shared/analyses/route/index.ts'
import type { Reply } from './stubs.ts'

/** Which server of which pool answers on a stub port. */
export type ServerPorts = ReadonlyMap<number, { readonly pool: string; readonly server: string }>

/** Null: the answer of the simulator and what the real server did agree. Else what differs. */
export function disagreement(answer: RouteAnswer, reply: Reply, servers: ServerPorts): string | null {
  const outcome = answer.outcome
  const real = describe(reply, servers)
  switch (outcome.action) {
    case 'forward': {
      if (reply.kind !== 'stub') return `pool ${outcome.pool} expected, got ${real}`
      const server = servers.get(reply.seen.port)
      if (server === undefined || server.pool !== outcome.pool) return `pool ${outcome.pool} expected, got ${real}`
      const share = outcome.servers.find(candidate => candidate.name === server.server)?.share ?? 0
      if (share === 0) return `servers ${outcome.servers.map(candidate => candidate.name).join(' ')} expected, got ${real}`
      if (reply.seen.target !== outcome.path) return `path ${outcome.path} expected, got ${real}`
      if (reply.seen.method !== answer.received.method) return `method ${answer.received.method} expected, got ${real}`
      if (reply.seen.host !== answer.received.host) return `host ${answer.received.host ?? '(none)'} expected, got ${real}`
      return null
    }
    case 'redirect': {
      if (reply.kind !== 'status' || reply.status !== outcome.status || reply.location !== outcome.location) return `${outcome.status} to ${outcome.location} expected, got ${real}`
      return null
    }
    case 'respond': case 'deny': return reply.kind === 'status' && reply.status === outcome.status ? null : `status ${outcome.status} expected, got ${real}`
    case 'close': return reply.kind === 'closed' ? null : `closed connection expected, got ${real}`
    case 'split': case 'serve': case 'unmodelled': return `${outcome.action} expected, got ${real}`
  }
}

export function describe(reply: Reply, servers: ServerPorts): string {
  switch (reply.kind) {
    case 'stub': {
      const server = servers.get(reply.seen.port)
      return `${server === undefined ? `port ${reply.seen.port}` : `${server.pool}/${server.server}`} ${reply.seen.method} ${reply.seen.target} host=${reply.seen.host ?? '(none)'}`
    }
    case 'status': return `status ${reply.status}${reply.location === null ? '' : ` to ${reply.location}`}`
    case 'closed': return `a closed connection (${reply.how})`
    case 'timeout': return 'no answer in time'
  }
}
