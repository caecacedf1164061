import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { RecordingEncoder } from '#shared/live/recording/encoder.ts'
import { head, pollAt } from '#test/shared/node/recorded-polls.ts'
import { run } from './run-cli.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-cli-report-'))
process.env['STEELYARD_DATA'] = path.join(scratch, 'data')
after(() => { rmSync(scratch, { recursive: true, force: true }) })

const sample = path.resolve(import.meta.dirname, '../../assets/sample-incident/incident.lbrec')

test('the report of the sample incident tells what happened, when, which lines did it, where traffic went and what changed', async () => {
  const { code, out, err } = await run(['report', sample])
  assert.deepEqual([code, err], [0, ''])
  const has = (...patterns: readonly RegExp[]): void => { for (const pattern of patterns) assert.match(out, pattern) }
  has(/^\*\*09:00:0\d: Pool auth has received nothing for \d s .* since line 40: use\\_backend auth if host\\_api is\\_auth \(before: line 39\)/m)
  has(/\| From \| \S+T08:57:30\+00:00 \|/, /\| To \| \S+T09:01:59\+00:00 \(269 s\) \|/, /HAProxy 2\.6\.12\S* at \/run\/haproxy\/admin\.sock/)
  has(/Config that runs \| before\/haproxy\.cfg .* SHA-256 [0-9a-f]{64}/, /Config that runs \| after\/haproxy\.cfg .* SHA-256 [0-9a-f]{64}/)
  has(/\| 09:00:0\d \| changed \| HAProxy was reloaded or restarted\. \|/, /\| 09:00:0\d \| changed \| The config that runs is after\/haproxy\.cfg now/, /\| 09:00:0\d \| CRITICAL \| Pool auth/)
  has(/ {2}- Line 54 of haproxy\.cfg: server api-1 192\.0\.2\.11:8080 weight 200 maxconn 400 check/, / {2}- Chance that it is random: practically none, below 1 in 1,000,000,000\./)
  has(/\| auth \| 6\.\d \| 0\.0 \|/, /\| api-1 \| UP \| 200 \| \d+\.\d \| (9\d\.\d|100\.0) % \| 98\.0 % \| 33\.3 % \|/, /Was decided by line 39 of haproxy\.cfg/, /^\+ {4}server api-1 192\.0\.2\.11:8080 weight 200/m)
})

test('a report has the same bytes each time, and as HTML it is one file with the picture and nothing that runs', async () => {
  const file = path.join(scratch, 'report.html')
  const [first, second] = [await run(['report', sample]), await run(['report', sample])]
  assert.equal(first.out, second.out)
  assert.equal((await run(['report', sample, '--output', file])).code, 0)
  const page = readFileSync(file, 'utf8')
  assert.equal((await run(['report', sample, '--format', 'html'])).out, page)
  assert.match(page, /<svg [^]*>auth<[^]*<\/svg>/)
  assert.doesNotMatch(page, /<script|https?:\/\/(?!www\.w3\.org)[^\s"'<]*\.(?:js|css)/)
})

function record(file: string, write: (encoder: RecordingEncoder) => void): string {
  const encoder = new RecordingEncoder()
  encoder.head({ ...head, source: 'edge <script>alert(1)</script> | x' })
  write(encoder)
  encoder.close()
  const target = path.join(scratch, file)
  writeFileSync(target, encoder.take())
  return target
}

test('texts from outside are escaped, secrets masked, failed polls and holes are told as what is not known', async () => {
  const file = record('hostile.lbrec', (encoder) => {
    for (let poll = 0; poll < 3; poll += 1) encoder.poll(pollAt(poll))
    for (let miss = 0; miss < 4; miss += 1) encoder.miss({ code: 'unreachable', message: 'Nobody answers at https://anna:hunter2@example.com <b>.' }, 1_700_000_003_000 + miss * 1000)
    encoder.poll(pollAt(7))
    encoder.event({ type: 'note', text: 'rolled back | <img src=x onerror=alert(1)> by stats auth admin:secret99' }, 1_700_000_008_000)
    encoder.poll(pollAt(30))
  })
  for (const format of ['markdown', 'html']) {
    const { code, out } = await run(['report', file, '--format', format])
    assert.equal(code, 0)
    assert.doesNotMatch(out, /(?<!\\)<(script|img|b>)|hunter2|secret99/)
    assert.match(out, /4 polls failed within 4 s: Nobody answers/)
    assert.match(out, /No poll for 23 s\./)
    assert.match(out, /The balancer cannot be watched; the last 3 polls failed/)
    assert.match(out, /rolled back/)
  }
})

test('a recording that ends in failed polls goes on to the last of them', async () => {
  const file = record('blind.lbrec', (encoder) => {
    for (let poll = 0; poll < 3; poll += 1) encoder.poll(pollAt(poll))
    for (const second of [4, 7, 10]) encoder.miss({ code: 'unreachable', message: 'Nobody answers.' }, 1_700_000_000_000 + second * 1000)
  })
  const { out } = await run(['report', file])
  assert.match(out, /3 polls failed within 6 s: Nobody answers/)
  assert.match(out, /\| From \| \S+T\d\d:\d\d:20\+\S+ \|\n\| To \| \S+T\d\d:\d\d:30\+\S+ \(10 s\) \|/)
  assert.match(out, /:30\b.*The balancer cannot be watched; the last 3 polls failed/)
})

test('a torn recording is reported as far as it goes; one without polls, or none at all, ends with 3', async () => {
  const torn = path.join(scratch, 'torn.lbrec')
  writeFileSync(torn, readFileSync(sample).subarray(0, 40_000))
  const { code, out, err } = await run(['report', torn])
  assert.equal(code, 0)
  assert.match(out, /## What the recording does not hold\n\n- The recording ends within an entry\. \(byte \d+\)/)
  assert.match(err, /ends within an entry/)
  const empty = await run(['report', record('empty.lbrec', () => undefined)])
  assert.deepEqual([empty.code, empty.err.includes('holds no poll')], [3, true])
  assert.equal((await run(['report', path.join(scratch, 'nothing.lbrec')])).code, 3)
  assert.equal((await run(['report', path.join(import.meta.dirname, 'run-cli.ts')])).code, 3)
  assert.equal((await run(['report'])).code, 2)
})
