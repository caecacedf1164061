import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertBook } from '#shared/live/alerts/alert-book.ts'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import { findErrorBurst, type ErrorPoll } from '#shared/live/alerts/error-burst.ts'
import type { Evaluation } from '#shared/live/alerts/evaluation.ts'
import { isTellingResponse, meanResponse } from '#shared/live/alerts/response-time.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { splitAnswers } from '#shared/live/haproxy/reads.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { captured, vectors } from '#test/shared/live/fixtures.ts'

interface ErrorCase { readonly name: string; readonly polls: readonly ErrorPoll[]; readonly expect: readonly ({ scale: number; E: number; N: number; stat: number } | null)[] }

for (const { name, polls, expect } of vectors<{ cases: readonly ErrorCase[] }>('error-rule').cases) {
  test(`rise of errors: ${name}`, () => {
    expect.forEach((wanted, index) => {
      const found = findErrorBurst(polls.slice(Math.max(0, index - 63), index + 1), 0.005)
      assert.deepEqual(found === null ? null : [found.polls, found.errors, found.requests, Number(found.strength.toFixed(2))], wanted === null ? null : [wanted.scale, wanted.E, wanted.N, Number(wanted.stat.toFixed(2))], `poll ${index}`)
    })
  })
}

test('the mean response time behind a smoothed one', () => {
  for (const { A1, A2, k, x, err } of vectors<{ cases: readonly { A1: number; A2: number; k: number; x: number; err: number }[] }>('rtime-inversion').cases) {
    const mean = meanResponse(A1, A2, k)
    assert.deepEqual([mean.ms.toFixed(2), mean.errorMs.toFixed(2)].map(Number), [x, err])
  }
  assert.deepEqual([isTellingResponse(49, 10_000), isTellingResponse(50, 512), isTellingResponse(50, 513)], [false, false, true])
})

const says = (holds: boolean | null, more: Partial<Evaluation> = {}): Evaluation => ({ rule: 'errors', pool: 'web', server: null, holds, severity: 'warning', sentence: 'x', at: null, ...more })

test('an alert begins after polls that confirm it, ends after polls without it, and is held where there is no data', () => {
  const book = new AlertBook()
  const timing = { id: 'errors', confirm: 2, clear: 3 } as const
  const run = (holds: boolean | null): number => {
    book.note(timing, [says(holds)], 0)
    return book.firing().length
  }
  assert.deepEqual([true, null, true].map(run), [0, 0, 1])
  assert.deepEqual([false, false, null, true, false, false, false].map(run), [1, 1, 1, 1, 1, 1, 0])
  assert.deepEqual([true, false, true].map(run), [0, 0, 0])
  assert.equal(book.pending, true)
})

test('what is not evaluated any more ends, and a pool without servers explains what follows from it', () => {
  const book = new AlertBook()
  book.note({ id: 'errors', confirm: 1, clear: 1 }, [says(true), says(true, { server: 'a' })], 0)
  book.note({ id: 'health', confirm: 2, clear: 1 }, [says(true, { rule: 'health', severity: 'critical', atOnce: true })], 5)
  assert.deepEqual(book.firing().map((one) => [one.key, one.mutedBy]), [['health:web', null], ['errors:web', 'health:web'], ['errors:web/a', 'health:web']])
  book.note({ id: 'errors', confirm: 1, clear: 1 }, [says(true)], 10)
  assert.deepEqual(book.firing().map((one) => one.key), ['health:web', 'errors:web'])
})

test('three polls that fail are told, and the first answer ends it', () => {
  const watch = new AlertWatch()
  const failure = { code: 'timeout', message: 'x.sock did not answer.' } as const
  assert.deepEqual([watch.miss(failure, 0), watch.miss(failure, 0)].flat(), [])
  assert.equal(watch.miss(failure, 0)[0]?.sentence, 'The balancer cannot be watched; the last 3 polls failed. x.sock did not answer.')
  assert.deepEqual(watch.add(new LiveWatch(null, 1000).add({ product: '', version: null, taken: { monotonicMs: 0, wallMs: 0 }, readMs: 0, bytes: 0, epoch: null, uptimeSeconds: null, stopping: false, rows: [] })), [])
})

/** Replays a recording: seconds since its start at which alerts begin, without drift that only informs. */
function replay(recording: string, config: string): readonly { readonly second: number; readonly key: string; readonly sentence: string }[] {
  const watch = new LiveWatch(compileConfig(captured(`haproxy/${config}`), new Map()).model, 1000)
  const alerts = new AlertWatch()
  const began: { second: number; key: string; sentence: string }[] = []
  let firing = new Set<string>()
  let start: number | null = null
  for (const line of captured(`recordings/${recording}.jsonl.gz`).trimEnd().split('\n')) {
    const { mono, wall, ms, raw } = JSON.parse(line) as { mono: number; wall: number; ms: number; raw: string }
    start ??= wall
    const parts = splitAnswers(raw.endsWith('\n\n') ? raw : `${raw}\n`)
    assert.ok(parts !== null)
    const stat = parseStatCsv(parts.stat)
    assert.ok(stat.ok)
    const view = watch.add(toHaproxySnapshot({ ...parts, stat: stat.value }, { taken: { monotonicMs: mono, wallMs: wall }, readMs: ms, bytes: raw.length }))
    const now = alerts.add(view).filter((one) => one.rule !== 'drift' || one.severity !== 'info')
    for (const one of now) if (!firing.has(one.key)) began.push({ second: (wall - start) / 1000, key: one.key, sentence: one.sentence })
    firing = new Set(now.map((one) => one.key))
  }
  return began
}

test('a recording of faults, one after the other, raises their alerts within seconds and nothing else', () => {
  const began = replay('haproxy-cases', 'haproxy.cfg')
  // Seconds at which it was done: 14.9 a server died, 69.0 a weight of 100 for 10, 96.1 30 % errors on one server, 108.2 the only primary died, 120.2 a whole pool died, 131.3 an agent said 25 %, 140.3 and then drain.
  assert.deepEqual(began.map((one) => `${Math.round(one.second)} ${one.key}`), [
    '16 health:be_dyn', '17 health:be_agent', '17 health:be_srv', '17 health:tcp_l4',
    '72 share:be_web',
    '98 errors:be_slow/s1', '99 errors:be_agent/g1', '102 errors:be_web/s1',
    '110 retries:be_backup', '111 backups:be_backup',
    '122 health:be_web', '122 flapping:be_web/s2', '122 flapping:be_web/s3', '125 errors:be_web',
    '136 share:be_agent', '142 health:be_agent',
  ])
  const sentence = (key: string): string => began.find((one) => one.key === key)?.sentence ?? ''
  assert.equal(sentence('share:be_web'), 'be_web/s3 took 70 % of 117 requests in the last 4 s; expected 33 %. This follows from the weights that run, which are not those of the config.')
  assert.equal(sentence('health:be_web'), '0 of 3 servers of pool be_web can take requests. 3 are DOWN (L7STS, Internal Server Error): s1, s2, s3.')
  assert.match(sentence('errors:be_web/s1'), /answered 10 of 78 requests with 5xx \(13 %\)\. 2 other servers do not\./)
  assert.match(sentence('errors:be_web'), /The balancer gave them itself/)
})

test('a reload that sends nothing to a pool any more is told within three seconds, over the restart of all counters', () => {
  const began = replay('pool-silent', 'experiments.cfg').filter((one) => one.second > 2)
  assert.deepEqual(began.map((one) => `${Math.round(one.second)} ${one.key}`), ['40 reload:', '42 silent:be_lc'])
  assert.match(began[1]?.sentence ?? '', /has received nothing for 2 s \(usual: 10 requests\/s\)/)
})

test('a reload under load raises nothing but itself and what is really wrong', () => {
  assert.deepEqual(replay('haproxy-reload', 'haproxy.cfg').map((one) => one.key), ['health:be_agent', 'reload:'])
})
