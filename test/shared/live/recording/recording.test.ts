import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecordingDecoder } from '#shared/live/recording/decoder.ts'
import { RecordingEncoder } from '#shared/live/recording/encoder.ts'
import type { RecordedEntry } from '#shared/live/recording/entries.ts'
import { readRecording, type Recording } from '#shared/live/recording/read-recording.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { capturedPoll } from '#test/shared/live/fixtures.ts'
import { anyHead, anyPolls, keptOfRows } from './arbitrary.ts'

function encode(polls: readonly LiveSnapshot[], close = true): Uint8Array {
  const encoder = new RecordingEncoder()
  encoder.head(anyHead)
  for (const poll of polls) encoder.poll(poll)
  if (close) encoder.close()
  return encoder.take()
}

function read(bytes: Uint8Array): Recording {
  const recording = readRecording(bytes)
  assert.ok(recording.ok, recording.ok ? '' : recording.failure.message)
  return recording.value
}

const pollsOf = (entries: readonly RecordedEntry[]): readonly LiveSnapshot[] => entries.flatMap((entry) => (entry.kind === 'poll' ? [entry.snapshot] : []))

/** Polls of the captured balancer under traffic: some rows grow by different amounts, ages go up, a check flaps. */
function drill(count: number): readonly LiveSnapshot[] {
  const first = capturedPoll('healthy', 0)
  return Array.from({ length: count }, (_, poll): LiveSnapshot => ({
    ...first, taken: { monotonicMs: poll * 1000 + 0.25, wallMs: 1_700_000_000_000 + poll * 1000 }, uptimeSeconds: (first.uptimeSeconds ?? 0) + poll,
    rows: first.rows.slice(0, 20).map((row, index) => {
      const counters = { ...row.counters, requests: Number(row.counters.requests ?? 0) + poll * (index % 5), bytesOut: Number(row.counters.bytesOut ?? 0) + poll * index * 1000 }
      if (row.kind === 'pool') return { ...row, counters, stateSeconds: (row.stateSeconds ?? 0) + poll }
      return row.kind === 'server' && index % 7 === 0 ? { ...row, counters, state: { ...row.state, check: poll % 3 === 0 ? '* L7OK' : 'L7OK' } } : { ...row, counters }
    }),
  }))
}

test('any polls come back exactly as they were', () => {
  fc.assert(fc.property(anyPolls, (polls) => {
    const recording = read(encode(polls))
    assert.deepEqual(pollsOf(recording.entries), polls)
    assert.deepEqual(recording.problems, [])
  }), { numRuns: 150 })
})

test('everything that rows hold is among what comes back', () => {
  const [first] = drill(1) as [LiveSnapshot]
  const server = first.rows.find((row) => row.kind === 'server')
  const [counters, gauges, state] = keptOfRows
  assert.deepEqual(Object.keys(server?.counters ?? {}).filter((name) => !(name in counters)), [])
  assert.deepEqual(Object.keys(server?.gauges ?? {}).filter((name) => !(name in gauges)), [])
  assert.deepEqual(Object.keys(server?.kind === 'server' ? server.state : {}).filter((name) => !(name in state)), [])
})

test('a large count that grows, shrinks and goes comes back exactly', () => {
  const [first] = drill(1) as [LiveSnapshot]
  const values = [2n ** 60n, 2n ** 60n + 7n, null, Number.MAX_SAFE_INTEGER, 2n ** 53n, 5, 3, null, 4]
  const polls = values.map((bytesOut): LiveSnapshot => ({ ...first, rows: first.rows.map((row) => ({ ...row, counters: { ...row.counters, bytesOut } })) }))
  assert.deepEqual(pollsOf(read(encode(polls)).entries), polls)
})

test('misses, events and configs keep their place, their time and their words', () => {
  const [first, second] = drill(2) as [LiveSnapshot, LiveSnapshot]
  const config = { role: 'running', hash: 'ab', title: 'haproxy.cfg', source: '/etc/haproxy.cfg', dialect: 'haproxy', product: 'HAProxy', version: '2.6', readAs: null, environment: { A: 'b' }, unread: ['/x'], files: [{ path: 'haproxy.cfg', role: 'config', encoding: 'utf-8', text: 'global\n# grüß 😀\n' }] } as const
  const alert = { key: 'silent:auth', rule: 'silent', pool: 'auth', server: null, severity: 'critical', sentence: 'Pool auth has received nothing.', line: { file: 'haproxy.cfg', line: 3, text: 'backend auth' } } as const
  const entries: readonly RecordedEntry[] = [
    { kind: 'config', config, wallMs: 1 }, { kind: 'poll', snapshot: first }, { kind: 'miss', failure: { code: 'unreachable', message: 'Nobody answers.' }, wallMs: 2 }, { kind: 'miss', failure: { code: 'io', message: 'No.', path: '/x' }, wallMs: 2.5 },
    { kind: 'event', event: { type: 'reload', text: 'Process 2.' }, wallMs: 3 }, { kind: 'event', event: { type: 'alert-start', alert }, wallMs: 4 }, { kind: 'poll', snapshot: second },
  ]
  const encoder = new RecordingEncoder()
  encoder.head(anyHead)
  for (const entry of entries) {
    if (entry.kind === 'config') encoder.config(entry.config, entry.wallMs)
    else if (entry.kind === 'poll') encoder.poll(entry.snapshot)
    else if (entry.kind === 'miss') encoder.miss(entry.failure, entry.wallMs)
    else encoder.event(entry.event, entry.wallMs)
  }
  encoder.close()
  const recording = read(encoder.take())
  assert.deepEqual([recording.head, recording.configs, recording.entries, recording.problems], [anyHead, [config], entries, []])
})

test('a recording reads the same whatever the pieces it comes in', () => {
  const bytes = encode(drill(130))
  const whole = read(bytes).entries
  for (const size of [1, 7, 1000, 65_536]) {
    const decoder = new RecordingDecoder()
    const entries: RecordedEntry[] = []
    for (let at = 0; at < bytes.length; at += size) entries.push(...decoder.take(bytes.subarray(at, at + size)))
    entries.push(...decoder.end())
    assert.deepEqual([entries, decoder.problems, decoder.head], [whole, [], anyHead])
  }
})

test('a recording torn at any byte holds everything before the tear, and says that it was torn', () => {
  const polls = drill(4)
  const bytes = encode(polls, false)
  const lengths = polls.map((_, index) => encode(polls.slice(0, index + 1), false).length)
  const start = encode([], false).length
  for (let length = 0; length < bytes.length; length += 1) {
    const recording = readRecording(bytes.subarray(0, length))
    if (length < start) {
      assert.ok(!recording.ok)
      assert.match(recording.failure.message, /holds no recording/)
      continue
    }
    assert.ok(recording.ok)
    const whole = lengths.filter((end) => end <= length).length
    assert.deepEqual(pollsOf(recording.value.entries), polls.slice(0, whole))
    assert.equal(recording.value.problems.length, 1)
  }
})

test('any damaged byte costs the polls up to the next whole one at most, and is told', () => {
  const polls = drill(65)
  const bytes = encode(polls)
  const whole = read(bytes).entries
  const known = new Set(whole.map((entry) => JSON.stringify(entry)))
  const start = encode([], false).length
  for (let at = start; at < bytes.length; at += 41) {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] as number) ^ 0x55
    const recording = read(damaged)
    assert.ok(recording.problems.length > 0 || recording.entries.length === whole.length, `byte ${at}`)
    // Nothing that was not recorded is ever shown.
    for (const entry of recording.entries) assert.ok(known.has(JSON.stringify(entry)), `byte ${at}`)
  }
  const second = encode(polls.slice(0, 2), false).length
  const early = bytes.slice()
  early[second - 5] = (early[second - 5] as number) ^ 0x55
  assert.deepEqual(pollsOf(read(early).entries), [polls[0], ...polls.slice(60)])
})

test('what is no recording is refused with a sentence, however it begins', () => {
  const encoder = new RecordingEncoder()
  encoder.head(anyHead)
  const newer = Buffer.from(encoder.take()).toString('latin1').replace('"format":3', '"format":4')
  const unchecked = readRecording(Buffer.from(newer, 'latin1'))
  assert.ok(!unchecked.ok, 'the check does not fit any more')
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['empty', new Uint8Array(0), /holds no recording/],
    ['text', Buffer.from('global\n  daemon\n'), /no recording of Steelyard/],
    ['zeros', new Uint8Array(100_000), /no recording of Steelyard/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), /no recording of Steelyard/],
    ['a poll first', encode(drill(1)).slice(encode([], false).length), /does not begin with what was recorded/],
  ]
  for (const [name, bytes, message] of cases) {
    const recording = readRecording(bytes)
    assert.ok(!recording.ok, name)
    assert.match(recording.failure.message, message, name)
  }
})

test('a recording of a newer version is refused by its number', () => {
  class Newer extends RecordingEncoder {
    override head(head: Parameters<RecordingEncoder['head']>[0]): void {
      super.head({ ...head, format: 4 } as Parameters<RecordingEncoder['head']>[0])
    }
  }
  const encoder = new Newer()
  encoder.head(anyHead)
  const recording = readRecording(encoder.take())
  assert.ok(!recording.ok)
  assert.deepEqual(recording.failure, { code: 'unsupported', message: 'The recording was made by a newer version of Steelyard (format 4; this one reads up to 3).' })
})

test('random bytes never throw and never show a poll', () => {
  const start = encode([], false)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (noise, withHead) => {
    const recording = readRecording(withHead ? Buffer.concat([start, noise]) : noise)
    if (recording.ok) assert.deepEqual(recording.value.entries, [])
  }), { numRuns: 500 })
})

test('writing goes on behind lost bytes with a poll that stands for itself', () => {
  const polls = drill(10)
  const encoder = new RecordingEncoder()
  encoder.head(anyHead)
  for (const poll of polls.slice(0, 4)) encoder.poll(poll)
  const kept = encoder.take().slice()
  for (const poll of polls.slice(4, 7)) encoder.poll(poll)
  encoder.take()
  encoder.resumeAt(kept.length)
  for (const poll of polls.slice(7)) encoder.poll(poll)
  encoder.close()
  const recording = read(Buffer.concat([kept, encoder.take()]))
  assert.deepEqual(pollsOf(recording.entries), [...polls.slice(0, 4), ...polls.slice(7)])
  assert.deepEqual(recording.problems, [])
})

test('a wall clock that jumps back is kept as it was', () => {
  const polls = drill(3).map((poll, index): LiveSnapshot => ({ ...poll, taken: { ...poll.taken, wallMs: 1_700_000_000_000 - index * 3_600_000 } }))
  assert.deepEqual(pollsOf(read(encode(polls)).entries), polls)
})
