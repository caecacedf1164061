import { failed, ok } from '#shared/diagnostics/failure.ts'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { pollLine, splitAnswers, statPath, type SocketAnswers } from '#shared/live/haproxy/reads.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads the socket of HAProxy, or its statistics page, which has no process and no addresses. */
export function haproxyReader(port: LivePort, source: LiveSource): SnapshotReader {
  const request = source.kind === 'http' ? { kind: 'get', path: statPath(source.path), accept: 'text/plain' } as const : { kind: 'line', text: pollLine() } as const
  return async (limitMs, limitBytes) => {
    const answer = await port.ask(source, request, limitMs, limitBytes)
    if (!answer.ok) return answer
    const { text, ...poll } = answer.value
    const parts: SocketAnswers | null = source.kind === 'http' ? { info: null, stat: text, serversState: null } : splitAnswers(text)
    if (parts === null) return failed('bad-answer', `${source.title} closed the connection within its answer.`)
    const stat = parseStatCsv(parts.stat)
    if (!stat.ok) return failed(stat.failure.code, `${source.title} gave no statistics. ${stat.failure.message}`)
    if (stat.value.size === 0) return failed('bad-answer', `${source.title} gave statistics without a single row.`)
    return ok(toHaproxySnapshot({ ...parts, stat: stat.value }, poll))
  }
}
