import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMasterRead, parseProcesses, processLine, splitWorkers, sumWorkers, workerAnswers, workerLine, type WorkerMemory } from '#shared/live/haproxy/master.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { capturedPoll, serverOf } from '#test/shared/live/fixtures.ts'

test('the master is sent nothing but reads, and gives up its rights first', () => {
  assert.equal(workerLine([12, 7]), 'user;@!12 show info;@!12 show stat;@!12 show servers state;@!7 show info;@!7 show stat\n')
  assert.deepEqual([processLine, workerLine([12]), workerLine([12, 7])].map(isMasterRead), [true, true, true])
  for (const text of ['show proc\n', 'user;@!12 show stat\n', `${workerLine([12])}reload\n`, workerLine([12]).replace('user;', ''), 'user;@!12 show info;@!13 show stat;@!12 show servers state\n', 'user;@!12 disable server a/b\n', 'reload\n', '', workerLine([12]).replace('show stat', 'show stat;@!12 shutdown sessions')]) assert.equal(isMasterRead(text), false, text)
})

test('processes are the one that serves and those that a reload replaced', () => {
  const text = '#<PID>          <type>          <reloads>       <uptime>        <version>      \n15310           master          2 [failed: 0]   0d00h10m27s     2.6.12\n# workers\n15983           worker          0               0d00h00m01s     2.6.12\n# old workers\n9401            worker          1               0d00h02m23s     2.6.12\n# programs\n77              dataplane       0               0d00h02m23s     -\n\n'
  assert.deepEqual(parseProcesses(text), { master: 15310, workers: [15983, 9401] })
  assert.equal(parseProcesses('Unknown command: show proc\n\n'), null)
  assert.equal(parseProcesses('#<PID> <type>\n1 master 0\n# workers\n\n'), null)
})

test('answers are taken apart by process, or not at all', () => {
  const parts = splitWorkers('info 1\n\nstat 1\n\n1\nstate\n\ninfo 2\n\nstat 2\n\n', [1, 2])
  assert.deepEqual(parts?.map((one) => [one.info, one.stat, one.serversState]), [['info 1\n\n', 'stat 1\n\n', '1\nstate\n\n'], ['info 2\n\n', 'stat 2\n\n', null]])
  assert.equal(workerAnswers([1, 2]), 5)
  assert.equal(splitWorkers('info 1\n\nstat 1\n\n1\nstate\n\ninfo 2\n\nCan\'t find the target PID', [1, 2]), null)
})

/** A process whose server be_web/s1 has answered so many requests. */
function worker(process: string, requests: number): LiveSnapshot {
  const poll = capturedPoll('healthy')
  return { ...poll, epoch: process, rows: poll.rows.map((row) => (row.kind === 'server' && row.owner === 'be_web' && row.name === 's1' ? { ...row, counters: { ...row.counters, requests } } : row)) }
}

test('processes that a reload replaced are told with their connections', () => {
  const connected = (process: string, sessions: number, uptimeSeconds: number): LiveSnapshot => {
    const one = worker(process, 1)
    let first = true
    return { ...one, uptimeSeconds, rows: one.rows.map((row) => {
      if (row.kind !== 'listener') return row
      const own = first ? sessions : 0
      first = false
      return { ...row, gauges: { ...row.gauges, sessions: own } }
    }) }
  }
  const poll = { taken: { monotonicMs: 0, wallMs: 0 }, readMs: 1, bytes: 1 }
  assert.equal(sumWorkers(5, [connected('2@9', 30, 45)], poll, null).snapshot.older, undefined)
  assert.deepEqual(sumWorkers(5, [connected('3@9', 30, 45), connected('2@8', 12, 100), connected('1@1', 0, 900)], poll, null).snapshot.older, {
    processes: [{ process: '2', uptimeSeconds: 100, sessions: 12 }, { process: '1', uptimeSeconds: 900, sessions: 0 }], newestSessions: 30, replacedSeconds: 45,
  })
})

test('counters go on over a reload and after the old process is gone, unless its end was not seen', () => {
  const poll = { taken: { monotonicMs: 0, wallMs: 0 }, readMs: 1, bytes: 1 }
  let memory: WorkerMemory | null = null
  const look = (...workers: readonly LiveSnapshot[]): unknown => {
    const summed = sumWorkers(5, workers, poll, memory)
    memory = summed.memory
    return [serverOf(summed.snapshot, 'be_web', 's1').counters.requests, summed.snapshot.epoch, summed.snapshot.generation, summed.snapshot.notes?.length ?? 0]
  }
  assert.deepEqual(look(worker('1@1', 100)), [100, 'master 5', '1@1', 0])
  assert.deepEqual(look(worker('2@9', 3), worker('1@1', 104)), [107, 'master 5', '2@9', 1])
  assert.deepEqual(look(worker('2@9', 10)), [114, 'master 5', '2@9', 0])
  assert.deepEqual(look(worker('3@20', 0), worker('2@9', 12)), [116, 'master 5', '3@20', 1])
  assert.deepEqual(look(worker('3@20', 5)), [121, 'master 5', '3@20', 0])
  assert.deepEqual(look(worker('4@30', 1)), [122, 'master 5.1', '4@30', 0])
  const other = sumWorkers(6, [worker('1@30', 2)], poll, memory)
  assert.deepEqual([serverOf(other.snapshot, 'be_web', 's1').counters.requests, other.snapshot.epoch], [2, 'master 6'])
})
