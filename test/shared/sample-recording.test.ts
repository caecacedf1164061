import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import { openRecording, Replay } from '#shared/backend/live/replay.ts'
import { RecordingEncoder } from '#shared/live/recording/encoder.ts'
import { readRecording } from '#shared/live/recording/read-recording.ts'
import { recordedTime } from '#shared/live/recording/recorded-time.ts'
import { nodeBytes } from '#shared/node/bytes.ts'
import { nodeClock } from '#shared/node/clock.ts'
import { nodeRecordings } from '#shared/node/recordings.ts'

const folder = path.resolve(import.meta.dirname, '../../assets/sample-incident')
const file = path.join(folder, 'incident.lbrec')

test('the bundled recording is what this version writes, small, and from the sample configs', () => {
  assert.ok(statSync(file).size < 300_000)
  const bytes = readFileSync(file)
  const recording = readRecording(bytes)
  assert.ok(recording.ok)
  const { head, configs, entries, problems } = recording.value
  assert.deepEqual(problems, [])
  assert.deepEqual(configs.map((config) => [config.role, config.files[0]?.text]), [
    ['running', readFileSync(path.join(folder, 'before/haproxy.cfg'), 'utf8')], ['known-good', readFileSync(path.join(folder, 'before/haproxy.cfg'), 'utf8')], ['running', readFileSync(path.join(folder, 'after/haproxy.cfg'), 'utf8')],
  ])
  assert.match(head.note, /tools\/record-sample-incident\.ts/)
  assert.doesNotMatch(bytes.toString('latin1'), /127\.\d+\.\d+\.\d+|\/tmp\//)
  const again = new RecordingEncoder()
  again.head(head)
  for (const entry of entries) {
    if (entry.kind === 'config') again.config(entry.config, entry.wallMs)
    else if (entry.kind === 'poll') again.poll(entry.snapshot)
    else if (entry.kind === 'miss') again.miss(entry.failure, entry.wallMs)
    else again.event(entry.event, entry.wallMs)
  }
  again.close()
  assert.ok(bytes.equals(again.take()), 'written again it is the same, byte by byte')
})

test('replayed, the incident is told: nothing before the change, then the silent pool, its part and the hot server, with their lines', async () => {
  const opened = await openRecording({ recordings: nodeRecordings }, file)
  assert.ok(opened.ok)
  const { head, entries } = opened.value
  const replay = new Replay({ bytes: nodeBytes }, head)
  const causes = new AlertCauses(nodeClock)
  const begun = new Map<string, { readonly seconds: number; readonly sentence: string; readonly line: string }>()
  let changedMs: number | null = null
  const told: string[] = []
  for (const entry of entries()) {
    const { moment } = replay.take(entry)
    if (entry.kind === 'config') await causes.use(replay.knownGood, replay.running)
    if (entry.kind === 'event' && 'alert' in entry.event && entry.event.alert.severity !== 'info') told.push(`${entry.event.type} ${entry.event.alert.key}`)
    if (moment === null) continue
    const { wallMs } = moment.view.snapshot.taken
    if (moment.view.restarted) changedMs = wallMs
    for (const alert of causes.explain(moment.alerts, moment.view)) {
      if (alert.severity === 'info' || begun.has(alert.key)) continue
      const text = replay.running?.files[0]?.source.text ?? ''
      begun.set(alert.key, { seconds: changedMs === null ? -1 : (wallMs - changedMs) / 1000, sentence: alert.sentence, line: text.slice(alert.at?.start, alert.at?.end) })
    }
  }
  opened.value.close()
  assert.match(recordedTime(head, changedMs ?? 0), /T0(8:59:5\d|9:00:0\d)\+00:00$/)
  assert.deepEqual([...begun.keys()].sort(), ['mix:auth', 'share:api', 'silent:auth'])
  for (const [key, words] of [['silent:auth', /Pool auth has received nothing/], ['mix:auth', /Pool auth got/], ['share:api', /api\/api-1 took 9\d %/]] as const) {
    const one = begun.get(key)
    assert.ok(one !== undefined && one.seconds >= 0 && one.seconds <= 15, `${key} after ${one?.seconds} s`)
    assert.match(one.sentence, words)
  }
  assert.match(begun.get('silent:auth')?.line ?? '', /use_backend auth if host_api is_auth/)
  assert.match(begun.get('share:api')?.line ?? '', /server api-1 .*weight 200/)
  // What was told when it was recorded is what is told now.
  assert.deepEqual(told.filter((one) => one.startsWith('alert-start')).map((one) => one.slice('alert-start '.length)).filter((key, index, all) => all.indexOf(key) === index).sort(), ['mix:auth', 'share:api', 'silent:auth'])
})
