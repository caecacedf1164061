import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import { parseStubStatus, toStatusSnapshot } from '#shared/live/nginx/stub-status.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads the page of `stub_status`: totals of the whole nginx, nothing about pools and servers. */
export function nginxStatusReader(port: LivePort, source: HttpSource): SnapshotReader {
  return async (limitMs, limitBytes) => {
    const answer = await port.ask(source, { kind: 'get', path: source.path, accept: 'text/plain' }, limitMs, limitBytes)
    if (!answer.ok) return answer
    const { text, ...poll } = answer.value
    const status = parseStubStatus(text)
    return status === null ? failed('bad-answer', `${source.title} is not the page of stub_status.`) : ok(toStatusSnapshot(status, poll))
  }
}
