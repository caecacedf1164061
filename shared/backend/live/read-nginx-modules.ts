import { failed } from '#shared/diagnostics/failure.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import { parsePlus, plusPath, plusPaths } from '#shared/live/nginx/plus.ts'
import { parseVts, vtsPath } from '#shared/live/nginx/vts.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import { askPages, costOf, snapshotOr } from './ask-pages.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads the status of the module vhost_traffic_status. */
export function nginxVtsReader(port: LivePort, source: HttpSource): SnapshotReader {
  const path = vtsPath(source.path)
  return async (limitMs, limitBytes) => {
    if (path === null) return failed('bad-params', `${source.title} could change the statistics and is not asked.`)
    const answer = await port.ask(source, { kind: 'get', path, accept: 'application/json' }, limitMs, limitBytes)
    if (!answer.ok) return answer
    const { text, ...poll } = answer.value
    return snapshotOr(source, parseVts(text, poll), 'is not the status of the module vhost_traffic_status.')
  }
}

/** Reads the API of nginx Plus: upstreams, servers and the process. */
export function nginxPlusReader(port: LivePort, source: HttpSource): SnapshotReader {
  const paths = plusPaths.flatMap((path) => plusPath(source.path, path) ?? [])
  return async (limitMs, limitBytes) => {
    if (paths.length === 0) return failed('bad-params', `${source.title} is not the API of nginx Plus: its address ends with the version, as in /api/9.`)
    const answers = await askPages(port, source, paths, 'application/json', limitMs, limitBytes)
    return answers.ok ? snapshotOr(source, parsePlus(answers.value.map((one) => one.text), costOf(answers.value))) : answers
  }
}
