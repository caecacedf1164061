import type { RouteAnswer } from '#shared/analyses/route/index.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import { describe, type ServerPorts } from '../haproxy/compare.ts'
import { disagreement as strictly } from '../haproxy/compare.ts'
import type { Reply } from '../haproxy/stubs.ts'

/** Null: the answer of the simulator and what the real server did agree. Files are whatever the disk has. */
export function disagreement(answer: RouteAnswer, reply: Reply, servers: ServerPorts): string | null {
  const { outcome } = answer
  if (outcome.action === 'serve') return reply.kind === 'status' && [200, 301, 403, 404, 405].includes(reply.status) ? null : `a file expected, got ${describe(reply, servers)}`
  // Replies are bytes; a decoded line end in a Location ends the header there.
  if (outcome.action === 'redirect') return strictly({ ...answer, outcome: { ...outcome, location: toBytes(outcome.location).split('\n', 1)[0] ?? '' } }, reply, servers)
  if (outcome.action === 'forward') return strictly({ ...answer, outcome: { ...outcome, path: toBytes(outcome.path) } }, reply, servers)
  return strictly(answer, reply, servers)
}
