import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LiveRecorder } from '#shared/backend/live/recorder.ts'
import type { RecordingFile, RecordingPort } from '#shared/backend/live-ports.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { RecordedEntry } from '#shared/live/recording/entries.ts'
import { readRecording, type Recording } from '#shared/live/recording/read-recording.ts'
import { nodeRecordings } from '#shared/node/recordings.ts'
import { head, numberOf, pollAt } from './recorded-polls.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-recorder-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

let made = 0
const newFile = (): string => path.join(scratch, `r${made += 1}.lbrec`)

async function start(file: string, port: RecordingPort = nodeRecordings, limits?: { readonly bytes: number; readonly ms: number }): Promise<LiveRecorder> {
  const started = await LiveRecorder.start(port, file, head, limits)
  assert.ok(started.ok, started.ok ? '' : started.failure.message)
  return started.value
}

function read(bytes: Uint8Array): Recording {
  const recording = readRecording(bytes)
  assert.ok(recording.ok, recording.ok ? '' : recording.failure.message)
  return recording.value
}

const numbers = (entries: readonly RecordedEntry[]): readonly number[] => entries.flatMap((entry) => (entry.kind === 'poll' ? [numberOf(entry.snapshot)] : []))
const gaps = (entries: readonly RecordedEntry[]): readonly string[] => entries.flatMap((entry) => (entry.kind === 'event' && entry.event.type === 'gap' ? [entry.event.text] : []))
const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, index) => from + index)

test('a session is recorded in its order, into a file for its owner only', async () => {
  const file = newFile()
  const recorder = await start(file)
  for (let poll = 0; poll < 5; poll += 1) recorder.poll(pollAt(poll))
  recorder.miss({ code: 'unreachable', message: 'Nobody answers.' }, 5)
  recorder.event({ type: 'note', text: 'rolled back' }, 6)
  recorder.poll(pollAt(9))
  await recorder.close()
  const { entries, problems, head: found } = read(readFileSync(file))
  assert.deepEqual([entries.map((entry) => entry.kind), problems, found], [['poll', 'poll', 'poll', 'poll', 'poll', 'miss', 'event', 'poll'], [], head])
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(recorder.status(), { bytes: statSync(file).size, seconds: 9, problem: null })
})

test('alerts are recorded when they begin, change their severity, and end', async () => {
  const file = newFile()
  const recorder = await start(file)
  const alert: Alert = { key: 'silent:auth', rule: 'silent', pool: 'auth', server: null, servers: [], traffic: 'less', severity: 'warning', sentence: 'Silent.', evidence: [], at: null, causes: [], sinceMs: 1, mutedBy: null, waived: null }
  recorder.alerts([alert], () => null, 1)
  recorder.alerts([{ ...alert, sentence: 'Silent for longer.' }], () => null, 2)
  recorder.alerts([{ ...alert, severity: 'critical' }], () => null, 3)
  recorder.alerts([], () => null, 4)
  await recorder.close()
  const seen = read(readFileSync(file)).entries.map((entry) => (entry.kind === 'event' && 'alert' in entry.event ? [entry.event.type, entry.event.alert.severity, entry.wallMs] : []))
  assert.deepEqual(seen, [['alert-start', 'warning', 1], ['alert-start', 'critical', 3], ['alert-end', 'critical', 4]])
})

test('a recording never replaces a file, follows no link, and says why it cannot begin', async () => {
  const file = newFile()
  const recorder = await start(file)
  const second = await LiveRecorder.start(nodeRecordings, file, head)
  assert.ok(!second.ok)
  assert.equal(second.failure.code, 'exists')
  recorder.poll(pollAt(0))
  await recorder.close()
  assert.deepEqual(numbers(read(readFileSync(file)).entries), [0], 'the second one left the first alone')
  const link = newFile()
  symlinkSync(newFile(), link)
  const linked = await LiveRecorder.start(nodeRecordings, link, head)
  assert.equal(linked.ok ? '' : linked.failure.code, 'exists')
  const nowhere = await LiveRecorder.start(nodeRecordings, path.join(scratch, 'no', 'x.lbrec'), head)
  assert.equal(nowhere.ok ? '' : nowhere.failure.code, 'not-found')
  if (process.getuid?.() !== 0) {
    const closed = path.join(scratch, 'closed')
    mkdirSync(closed)
    chmodSync(closed, 0o500)
    const refused = await LiveRecorder.start(nodeRecordings, path.join(closed, 'x.lbrec'), head)
    assert.equal(refused.ok ? '' : refused.failure.code, 'not-permitted')
  }
})

/** A disk whose space can run out, and that can take its time. */
function disk(): RecordingPort & { space: number; hold: Promise<void> | null; readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>()
  const self = {
    space: Infinity, hold: null as Promise<void> | null, files,
    create: (file: string) => {
      if (files.has(file)) return Promise.resolve(failed('exists', `${file} exists.`))
      const pieces: Uint8Array[] = []
      let length = 0
      files.set(file, new Uint8Array(0))
      const made: RecordingFile = {
        get length() { return length },
        append: async (more) => {
          await self.hold
          if (length + more.length > self.space) return failed('io', 'There is no space left.')
          pieces.push(more.slice())
          length += more.length
          return ok(null)
        },
        sync: () => Promise.resolve(ok(null)),
        close: () => {
          files.set(file, Buffer.concat(pieces))
          return Promise.resolve()
        },
      }
      return Promise.resolve(ok(made))
    },
    open: () => Promise.resolve(failed('not-found', 'Not here.')),
  }
  return self
}

test('a full disk is said, watching goes on, and recording does when there is space again, with the gap as an entry', async () => {
  const port = disk()
  const recorder = await start('x', port)
  const poll = async (number: number): Promise<void> => {
    recorder.poll(pollAt(number))
    await recorder.drained()
  }
  for (const number of range(0, 3)) await poll(number)
  assert.equal(recorder.status().problem, null)
  port.space = recorder.status().bytes
  for (const number of range(3, 8)) await poll(number)
  recorder.event({ type: 'note', text: 'said meanwhile' }, 8)
  await recorder.drained()
  assert.equal(recorder.status().problem?.message, 'There is no space left.')
  port.space = Infinity
  for (const number of range(8, 11)) await poll(number)
  assert.equal(recorder.status().problem, null)
  await recorder.close()
  const { entries, problems } = read(port.files.get('x') as Uint8Array)
  assert.deepEqual([numbers(entries), gaps(entries), problems], [[0, 1, 2, 8, 9, 10], ['5 polls are missing: There is no space left.'], []])
  assert.ok(entries.some((entry) => entry.kind === 'event' && 'text' in entry.event && entry.event.text === 'said meanwhile'))
})

test('a disk that hangs holds nothing up: polls are taken, and left out when too many wait', async () => {
  const port = disk()
  const recorder = await start('x', port)
  let release = (): void => undefined
  port.hold = new Promise((resolve) => { release = resolve })
  const big = pollAt(0)
  const rows = Array.from({ length: 20_000 }, (_, index) => ({ ...big.rows[0] as (typeof big.rows)[number], owner: `listener ${index}` }))
  for (let poll = 0; poll < 30; poll += 1) recorder.poll({ ...big, epoch: String(poll), rows })
  assert.match(recorder.status().problem?.message ?? '', /too slowly/)
  release()
  port.hold = null
  await recorder.drained()
  recorder.poll(pollAt(99))
  await recorder.close()
  assert.equal(recorder.status().problem, null)
  const { entries, problems } = read(port.files.get('x') as Uint8Array)
  assert.equal(numbers(entries).at(-1), 99)
  assert.match(gaps(entries)[0] ?? '', /polls are missing/)
  assert.deepEqual(problems, [])
})

test('a recording that somebody removed begins anew, whole', async () => {
  const file = newFile()
  const recorder = await start(file)
  const config = { role: 'running', hash: 'ab', title: 't', source: 's', dialect: 'haproxy', product: 'HAProxy', version: '2.6', readAs: null, environment: {}, unread: [], files: [] } as const
  recorder.config(config, 1)
  recorder.poll(pollAt(0))
  await recorder.drained()
  unlinkSync(file)
  const problems = new Set<string>()
  for (const number of range(1, 5)) {
    recorder.poll(pollAt(number))
    await recorder.drained()
    problems.add(recorder.status().problem?.message ?? '')
  }
  await recorder.close()
  const { entries, configs } = read(readFileSync(file))
  assert.deepEqual([numbers(entries), configs.length, gaps(entries).length], [[2, 3, 4], 1, 1])
  assert.ok([...problems].some((message) => message.includes('was removed')))
})

test('a recording ends at its limit of size or age, says so, and is whole', async () => {
  for (const limits of [{ bytes: 3000, ms: 1e9 }, { bytes: 1e9, ms: 20_000 }]) {
    const file = newFile()
    const recorder = await start(file, nodeRecordings, limits)
    for (const number of range(0, 60)) {
      recorder.poll(pollAt(number))
      await recorder.drained()
    }
    assert.match(recorder.status().problem?.message ?? '', /reached its limit of .*: nothing more is recorded/)
    await recorder.close()
    const { entries, problems } = read(readFileSync(file))
    const last = entries.at(-1)
    assert.ok(last?.kind === 'event' && last.event.type === 'note' && /ended here/.test(last.event.text))
    assert.deepEqual(problems, [])
    if (limits.ms === 20_000) assert.equal(numbers(entries).at(-1), 20)
    // What ends a recording comes on top.
    else assert.ok(statSync(file).size < 6000, String(statSync(file).size))
  }
})

interface Child { readonly lines: string[]; readonly code: Promise<number | null>; kill(): void }

function record(file: string, pauseMs: number, count: number, limitBlocks: number | null = null): Child {
  const words = [process.execPath, fileURLToPath(new URL('./recording-writer.ts', import.meta.url)), file, String(pauseMs), String(count)]
  const child = limitBlocks === null ? spawn(words[0] as string, words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
    : spawn('bash', ['-c', `ulimit -f ${limitBlocks}; exec "$@"`, 'bash', ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  return { lines, code: new Promise((resolve) => { child.on('close', resolve) }), kill: () => { child.kill('SIGKILL') } }
}

test('kill -9 at any moment: everything but the last second is there', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 3; round += 1) {
    const file = newFile()
    const child = record(file, 5, 1_000_000)
    for (let tries = 0; tries < 1500 && child.lines.length < 20; tries += 1) await sleep(10)
    await sleep(Math.random() * 400)
    child.kill()
    await child.code
    const ticks = child.lines.map((line) => line.split(' ').map(Number) as [number, number])
    const [lastTick, lastMs] = ticks.at(-1) as [number, number]
    const { entries } = read(readFileSync(file))
    const found = numbers(entries)
    const due = ticks.filter(([, ms]) => ms <= lastMs - 1000).map(([number]) => number)
    assert.deepEqual(found.slice(0, due.length), due)
    assert.deepEqual(found, range(0, found.length), 'one after another, without a hole')
    // Far more than was promised: each poll is with the system before the next one.
    assert.ok(found.length >= lastTick - 5, `${found.length} of ${lastTick + 1}`)
  }
})

test('a file that may not grow any more: it is said once, and what fits is whole', { timeout: 60_000, skip: process.platform === 'win32' }, async () => {
  const file = newFile()
  const child = record(file, 2, 300, 8)
  assert.equal(await child.code, 0)
  assert.equal(child.lines.filter((line) => line.startsWith('problem')).length, 1)
  assert.match(child.lines.find((line) => line.startsWith('problem')) ?? '', /has reached the size that this system allows/)
  assert.equal(child.lines.at(-1), 'closed')
  const { entries, problems } = read(readFileSync(file))
  assert.ok(numbers(entries).length > 20)
  assert.deepEqual([numbers(entries), problems.map((one) => one.message)], [range(0, numbers(entries).length), ['The recording was not closed; what came after its last entry is not known.']])
})

test('of two recorders that start on one file at once, one records and the other is refused', { timeout: 60_000 }, async () => {
  const file = newFile()
  const both = [record(file, 1, 30), record(file, 1, 30)]
  const codes = await Promise.all(both.map((child) => child.code))
  assert.deepEqual([...codes].sort(), [0, 3])
  assert.deepEqual(numbers(read(readFileSync(file)).entries), range(0, 30))
  assert.ok(existsSync(file))
  const foreign = newFile()
  writeFileSync(foreign, 'precious')
  assert.equal(await record(foreign, 1, 1).code, 3)
  assert.equal(readFileSync(foreign, 'utf8'), 'precious')
})
