import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertBook, type Alert } from '#shared/live/alerts/alert-book.ts'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import { findErrorBurst, type ErrorPoll } from '#shared/live/alerts/error-burst.ts'
import type { Evaluation } from '#shared/live/alerts/evaluation.ts'
import { isTellingResponse, meanResponse } from '#shared/live/alerts/response-time.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { splitAnswers } from '#shared/live/haproxy/reads.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import type { LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { captured, capturedPoll, serverOf, vectors } from '#test/shared/live/fixtures.ts'

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
    '122 health:be_web', '122 flapping:be_web/s2', '122 flapping:be_web/s3', '123 errors:be_web',
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

test('a queue, slow servers, fast failures under leastconn and a reload raise their alerts within seconds', () => {
  const began = replay('haproxy-cases2', 'haproxy.cfg')
  // Seconds at which it was done: 7.9 more requests than be_auth can take, 23.5 s1 answers in 80 ms instead of 5, 43.6 it answers 500 at once, 55.2 a server is added by hand, 71.4 a reload. g2 was drained by its agent all the time.
  assert.deepEqual(began.map((one) => `${Math.round(one.second)} ${one.key}`), [
    '1 health:be_agent', '10 queue:be_auth', '12 errors:be_auth', '28 latency:be_srv/app2', '28 latency:be_web/s1',
    '46 share:be_lc', '46 errors:be_lc/s1', '46 errors:be_srv/app2', '46 errors:be_web/s1',
    '57 drift:be_web/dyn1#server-only-live', '72 reload:', '137 mix:be_auth', '137 mix:be_lc',
  ])
  const sentence = (key: string): string => began.find((one) => one.key === key)?.sentence ?? ''
  assert.equal(sentence('queue:be_auth'), '104 requests of pool be_auth wait for a server, about 1627 ms each; after 1000 ms they are answered with 503. The queue of a1 is nearly full (maxqueue 20).')
  assert.match(sentence('share:be_lc'), /took 77 % .*expected at most 33 %\. 100 % of its answers are 5xx, and it answers in 2 ms where others take 73 ms: fast failures attract traffic/)
  assert.equal(sentence('reload:'), 'The balancer was reloaded or restarted. That took back what was set by hand: be_web/dyn1 (127.0.0.1:23104) is gone; be_dyn/slot1 is at 127.0.0.1:23101 again instead of 127.0.0.1:23105; be_dyn/slot1 (UP) is disabled again.')
})

test('weights that were set by hand raise alerts where they change the shares, and nowhere else', () => {
  // At 39.1: be_web 10/10/100, be_slow 1/1/2, be_lc 1/1/3 under little load, be_rand100 100/100/200, whose shares are learned for ten minutes.
  assert.deepEqual(replay('weight-typo', 'experiments.cfg').map((one) => `${Math.round(one.second)} ${one.key}`), ['1 health:be_agent', '41 share:be_web', '46 share:be_slow'])
})

test('numbers of a process that is ending are said to be partial', () => {
  const watch = new AlertWatch()
  const live = new LiveWatch(null, 1000)
  const view = (stopping: boolean, second: number): ReturnType<AlertWatch['add']> => watch.add(live.add({ ...capturedPoll('healthy', second * 1000), stopping }))
  assert.deepEqual([view(true, 0), view(true, 1), view(false, 2)].map((alerts) => alerts.filter((one) => one.rule === 'blind').map((one) => one.key)), [[], ['blind:'], []])
})

test('an interval over polls that are missing neither begins nor ends an alert', () => {
  const session = new LiveSession(null, 1000, null)
  let requests = 0
  let errors = 0
  const poll = (second: number, failing: number): readonly string[] => {
    requests += 50
    errors += failing
    const healthy = capturedPoll('healthy', second * 1000)
    const rows = healthy.rows.filter((row) => row.owner === 'be_web').map((row): LiveRow => ({ ...row, counters: { ...row.counters, requests, status5xx: errors } }))
    return session.add({ ...healthy, uptimeSeconds: 100 + second, rows }).alerts.filter((one) => one.key === 'errors:be_web/s1').map((one) => one.rule)
  }
  assert.deepEqual([poll(0, 0), poll(1, 0), poll(2, 30), poll(12, 30), poll(13, 30)], [[], [], [], [], ['errors']])
  for (let second = 14; second < 23; second += 1) assert.deepEqual(poll(second, 0), ['errors'])
  assert.deepEqual([poll(40, 0), poll(41, 0)], [['errors'], []])
})

test('errors that the balancer gives itself are critical from 2 % on, also where a server gives others', () => {
  const session = new LiveSession(null, 1000, null)
  let alerts: readonly Alert[] = []
  for (let second = 0; second < 8; second += 1) {
    const healthy = capturedPoll('healthy', second * 1000)
    // Of 300 requests a second 100 go to each server; s1 fails 10 of them, and the balancer 9 that no server got.
    const rows = healthy.rows.filter((row) => row.owner === 'be_web').map((row): LiveRow => ({
      ...row, counters: { ...row.counters, requests: (row.kind === 'server' ? 100 : 300) * second, status5xx: (row.kind !== 'server' ? 19 : row.name === 's1' ? 10 : 0) * second },
    }))
    alerts = session.add({ ...healthy, uptimeSeconds: 100 + second, rows }).alerts.filter((one) => one.rule === 'errors')
  }
  assert.deepEqual(alerts.map((one) => [one.key, one.severity]), [['errors:be_web', 'critical'], ['errors:be_web/s1', 'critical']])
  assert.match(alerts[0]?.sentence ?? '', /^Pool be_web answered \d+ of \d+ requests with 5xx \(3\.0 %\) that no server gave\. The balancer gave them itself\.$/)
})

/** Growth of the counters of servers a, b, c and so on, poll by poll; alerts of the last poll. `weight` null: the source does not tell it, as a log does not. */
function afterGrowth(balance: string, steps: readonly (readonly number[])[], weight: number | null = 1, source: Partial<LiveSnapshot> = {}): readonly Alert[] {
  const names = (steps[0] ?? []).map((_, index) => String.fromCharCode(97 + index))
  const model = compileConfig(`defaults\n mode http\nbackend web\n balance ${balance}\n${names.map((name, index) => ` server ${name} 10.0.0.${index + 1}:80\n`).join('')}`, new Map()).model
  const session = new LiveSession(model, 1000, null)
  const template = serverOf(capturedPoll('healthy'), 'be_web', 's1')
  const pool = capturedPoll('healthy').rows.find((row) => row.kind === 'pool' && row.owner === 'be_web') as LiveRow
  const sums = names.map(() => 0)
  let alerts: readonly Alert[] = []
  steps.forEach((step, second) => {
    step.forEach((count, index) => { sums[index] = (sums[index] as number) + count })
    const counted = (row: LiveRow, requests: number): LiveRow => ({ ...row, owner: 'web', counters: { ...row.counters, requests, selections: requests, status5xx: 0 } })
    const rows = [
      ...names.map((name, index) => ({ ...counted(template, sums[index] as number), name, state: { ...template.state, weight, initialWeight: weight, address: null } }) as LiveRow),
      counted(pool, sums.reduce((sum, one) => sum + one, 0)),
    ]
    alerts = session.add({ ...capturedPoll('healthy', second * 1000), ...source, rows }).alerts
  })
  return alerts.filter((one) => one.rule === 'share')
}

test('a share within what leastconn may do is judged by what was usual, as a warning', () => {
  const usual = new Array<readonly [number, number, number]>(700).fill([10, 10, 10])
  assert.deepEqual(afterGrowth('leastconn', usual), [])
  const told = afterGrowth('leastconn', [...new Array<readonly [number, number, number]>(700).fill([13, 13, 4]), ...new Array<readonly [number, number, number]>(20).fill([10, 10, 10])])
  const uneven = told.map((one) => [one.severity, one.servers, one.sentence.replace(/of \d+ requests in the last \d+ s/, 'of it')])
  assert.deepEqual(uneven, [['warning', ['c'], 'web/c took 33 % of it; usual are 13 %.']])
  assert.ok(told[0]?.evidence.includes('The config allows it: the mix of requests changed, or how fast servers answer.'))
})

test('whether something was changed at run time is not claimed of a source that does not tell', () => {
  const steps = new Array<readonly number[]>(64).fill([600, 200, 200])
  const wordsOf = (weight: number | null, source: Partial<LiveSnapshot> = {}): readonly string[] => afterGrowth('roundrobin', steps, weight, source).flatMap((one) => one.evidence.filter((words) => /does not explain|reloaded/.test(words)))
  assert.match(wordsOf(1).join(), /nothing of the pool was changed at run time/)
  assert.deepEqual(wordsOf(null)[0], 'The config does not explain it; this source does not tell whether something was changed at run time.')
  assert.deepEqual(wordsOf(1, { product: 'Caddy' }), [
    'The config as it was read does not explain it; this source tells neither whether another one was loaded since, nor what was changed at run time.',
    'Whether the balancer was reloaded is not known from this source.',
  ])
})

test('a shift that misplaces little only informs, and one that misplaces much is critical', () => {
  const ten = (first: number): readonly number[] => [first, ...new Array<number>(9).fill((1000 - first) / 9)].map(Math.round)
  // One of ten servers takes 4 % and 6 % more than its 10 %, one of three 13 % and 27 % more than its third.
  for (const [step, severity] of [[ten(140), 'info'], [ten(160), 'warning'], [[460, 270, 270], 'warning'], [[600, 200, 200], 'critical']] as const) {
    const shifted = afterGrowth('roundrobin', new Array<readonly number[]>(64).fill(step))
    assert.deepEqual(shifted.map((one) => [one.severity, one.servers]), [[severity, ['a']]], step.join())
    assert.ok(shifted[0]?.evidence.some((one) => one.startsWith('The config does not explain it, and nothing of the pool was changed at run time')), step.join())
  }
})
