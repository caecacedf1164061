import { failed, type Result } from '#shared/diagnostics/failure.ts'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { parseProcesses, processLine, splitWorkers, sumWorkers, workerAnswers, workerLine, type WorkerMemory } from '#shared/live/haproxy/master.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import { snapshotOr } from './ask-pages.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads every process behind the socket of a master (`haproxy -S`), those that a reload replaced as well. */
export function haproxyMasterReader(port: LivePort, source: LiveSource): SnapshotReader {
  let memory: WorkerMemory | null = null
  return async (limitMs, limitBytes): Promise<Result<LiveSnapshot>> => {
    const listed = await port.ask(source, { kind: 'line', text: processLine, answers: 1 }, limitMs, limitBytes)
    if (!listed.ok) return listed
    const processes = parseProcesses(listed.value.text)
    if (processes === null) return failed('bad-answer', `${source.title} is not the socket of a HAProxy master, or no process of it serves.`)
    const { master, workers } = processes
    const answer = await port.ask(source, { kind: 'line', text: workerLine(workers), answers: workerAnswers(workers) }, Math.max(200, limitMs - listed.value.readMs), limitBytes)
    if (!answer.ok) return answer
    const { text, taken, ...cost } = answer.value
    const poll = { taken, readMs: cost.readMs + listed.value.readMs, bytes: cost.bytes + listed.value.bytes }
    const snapshots: LiveSnapshot[] = []
    // A process can end between the two questions: then there are fewer answers, and the next poll has what is left.
    for (const one of splitWorkers(text, workers) ?? []) {
      const stat = parseStatCsv(one.stat)
      if (!stat.ok) return failed(stat.failure.code, `${source.title} gave no statistics. ${stat.failure.message}`)
      snapshots.push(toHaproxySnapshot({ ...one, stat: stat.value }, poll))
    }
    if (snapshots.length === 0) return failed('bad-answer', `${source.title} closed the connection within its answer.`)
    const summed = sumWorkers(master, snapshots, poll, memory)
    memory = summed.memory
    return snapshotOr(source, summed.snapshot)
  }
}
