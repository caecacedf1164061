import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createPoller, type Poller } from '#shared/backend/live/poller.ts'
import { FileTail } from '#shared/node/live-tail.ts'
import { nodeLive } from '#shared/node/live.ts'
import { parseLiveSource, type FileSource } from '#shared/live/live-source.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-tail-'))
const closers: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closers) await close()
  rmSync(scratch, { recursive: true, force: true })
})

let made = 0
const fresh = (): string => path.join(scratch, `access${made += 1}.log`)

function sourceOf(file: string, surface = 'nginx-log'): FileSource {
  const source = parseLiveSource(`${surface}:${file}`)
  assert.ok(typeof source !== 'string' && source.kind === 'file', String(source))
  return source
}

/** Lines as they come, and what is told beside them. */
function follow(file: string): { readonly next: (limitMs?: number, limitBytes?: number) => Promise<string>; readonly earlier: string[] } {
  const tail = new FileTail(sourceOf(file))
  closers.push(() => tail.close())
  const earlier: string[] = []
  return {
    earlier,
    async next(limitMs = 5000, limitBytes = 64 * 1024 * 1024) {
      const lines: string[] = []
      const read = await tail.read((line, before) => { (before ? earlier : lines).push(line) }, limitMs, limitBytes)
      if (!read.ok) return `${read.failure.code}: ${read.failure.message}`
      const { behindBytes, dropped, emptied, missing } = read.value
      return [lines.join(','), ...(behindBytes > 0 ? [`behind ${behindBytes}`] : []), ...(dropped > 0 ? [`dropped ${dropped}`] : []), ...(emptied ? ['emptied'] : []), ...(missing ? ['missing'] : [])].join(' ')
    },
  }
}

test('a log is read on from its end, and a line counts once it is whole', async () => {
  const file = fresh()
  writeFileSync(file, 'old 1\nold 2\nhalf')
  const { next, earlier } = follow(file)
  assert.equal(await next(), '')
  assert.deepEqual(earlier, ['old 1', 'old 2'])
  appendFileSync(file, ' and the rest\nnew\r\nbe')
  assert.equal(await next(), 'half and the rest,new')
  appendFileSync(file, 'gun')
  assert.equal(await next(), '')
  appendFileSync(file, '\n')
  assert.equal(await next(), 'begun')
})

test('a renamed file is read to its end, also what workers write later, and the new one from its beginning', async () => {
  const file = fresh()
  writeFileSync(file, '')
  const { next } = follow(file)
  await next()
  appendFileSync(file, 'a\n')
  renameSync(file, `${file}.1`)
  appendFileSync(`${file}.1`, 'b\n')
  assert.equal(await next(), 'a,b missing')
  writeFileSync(file, 'd\n')
  appendFileSync(`${file}.1`, 'c\n')
  assert.equal(await next(), 'c,d')
  appendFileSync(`${file}.1`, 'late\n')
  appendFileSync(file, 'e\n')
  writeFileSync(`${file}.2.gz`, gzipSync('packed\n'))
  assert.equal(await next(), 'late,e')
})

test('a file that was emptied in place is read from its beginning, also when it has grown past its old size', async () => {
  const file = fresh()
  writeFileSync(file, 'one\ntwo\n')
  const { next } = follow(file)
  await next()
  appendFileSync(file, 'three\n')
  assert.equal(await next(), 'three')
  copyFileSync(file, `${file}.1`)
  truncateSync(file, 0)
  appendFileSync(file, 'x\n')
  assert.equal(await next(), 'x emptied')
  truncateSync(file, 0)
  appendFileSync(file, 'longer than before\nand more\n')
  assert.equal(await next(), 'longer than before,and more emptied')
})

test('bytes of any kind, lines without end and a burst harm nothing', async () => {
  const file = fresh()
  writeFileSync(file, '')
  const { next } = follow(file)
  await next()
  appendFileSync(file, Buffer.concat([Buffer.from('a'), Buffer.from([0xff, 0xc0, 0x00]), Buffer.from('b\n')]))
  assert.equal(await next(), 'a\ufffd\ufffd\u0000b')
  appendFileSync(file, `${'x'.repeat(200_000)}`)
  assert.equal(await next(), '')
  appendFileSync(file, `${'y'.repeat(200_000)}\nok\n`)
  assert.equal(await next(), 'ok dropped 1')
  appendFileSync(file, `${'z'.repeat(999)}\n`.repeat(1000))
  assert.match(await next(5000, 300_000), / behind 700000$/)
  assert.match(await next(5000, 300_000), / behind 400000$/)
  assert.doesNotMatch(await next(), /behind/)
})

test('what is no log is not opened, and each refusal has its sentence', async () => {
  const first = async (file: string): Promise<string> => follow(file).next()
  assert.match(await first(path.join(scratch, 'none.log')), /^not-found: There is no file/)
  assert.match(await first(scratch), /^not-a-file: .* is a folder/)
  const pipe = path.join(scratch, 'pipe')
  if (spawnSync('mkfifo', [pipe]).status === 0) assert.match(await first(pipe), /^not-a-file: .* is a pipe/)
  const device = path.join(scratch, 'stdout.log')
  symlinkSync('/dev/null', device)
  assert.match(await first(device), /^not-a-file: .* is a device/)
  const circle = path.join(scratch, 'circle')
  symlinkSync(circle, circle)
  assert.match(await first(circle), /^loop:/)
  const packed = fresh()
  writeFileSync(packed, gzipSync('a\n'))
  assert.match(await first(packed), /^not-text: .* packed/)
  const secret = fresh()
  writeFileSync(secret, 'a\n')
  chmodSync(secret, 0)
  if (process.getuid?.() !== 0) assert.match(await first(secret), /^not-permitted: .* may not be read by this user/)
})

test('a log that becomes something else while it is watched is told', async () => {
  const file = fresh()
  writeFileSync(file, 'a\n')
  const { next } = follow(file)
  await next()
  rmSync(file)
  assert.equal(await next(), ' missing')
  mkdirSync(file)
  assert.match(await next(), /^not-a-file/)
})

const line = (msec: number, address: string): string => `${JSON.stringify({ msec, pid: 7, srv: 'web', sport: '80', st: 200, bs: 10, ph: 'app', ua: address, us: '200', uct: '0.000', urt: '0.010' })}\n`

function pollerOf(file: string, surface?: string): Poller {
  const poller = createPoller(nodeLive, sourceOf(file, surface), 4000)
  closers.push(() => poller.close())
  return poller
}

async function told(poller: Poller): Promise<string> {
  const polled = await poller.poll()
  if (!polled.ok) return polled.failure.message
  const counts = polled.value.rows.map((row) => `${row.kind} ${row.kind === 'server' ? row.name : row.owner} ${String(row.counters.requests)}`)
  return [...counts, ...(polled.value.notes ?? [])].join(' | ')
}

test('nginx is counted from its log, up to two seconds ago', async () => {
  const file = fresh()
  writeFileSync(file, line(Date.now() / 1000 - 30, '10.0.0.1:80'))
  const poller = pollerOf(file)
  assert.equal(await told(poller), '')
  const now = Date.now() / 1000
  appendFileSync(file, line(now - 1.9, '10.0.0.1:80') + line(now + 3, '10.0.0.2:80'))
  await new Promise((resolve) => setTimeout(resolve, 150))
  assert.equal(await told(poller), 'listener web:80 1 | server 10.0.0.1:80 1 | pool app 1')
  appendFileSync(file, 'garbage\n')
  assert.match(await told(poller), /1 of 1 new lines do not say which server answered/)
  appendFileSync(file, '<html>\n\u0000\u0000\n{"half\n')
  assert.match(await told(poller), /3 of 3 new lines/)
})

test('a log without servers is refused with what to log instead', async () => {
  const file = fresh()
  writeFileSync(file, '127.0.0.1 - - [20/Nov/2026:11:25:30 +0000] "GET / HTTP/1.1" 200 664 "-" "agent"\n')
  assert.match(await told(pollerOf(file)), /does not say which server answered.* combined does not.*log_format steelyard escape=json.*access_log FILE steelyard;/)
  const empty = fresh()
  writeFileSync(empty, '')
  const poller = pollerOf(empty)
  assert.equal(await told(poller), '')
  appendFileSync(empty, '127.0.0.1 - - [20/Nov/2026:11:25:30 +0000] "GET / HTTP/1.1" 200 664 "-" "agent"\n')
  assert.match(await told(poller), /does not say which server answered/)
})

test('a burst of 100 MB is read over several polls, and how far behind is said', async () => {
  const file = fresh()
  writeFileSync(file, line(Date.now() / 1000 - 30, '10.0.0.1:80'))
  const poller = pollerOf(file)
  await poller.poll()
  const one = line(Date.now() / 1000 - 1, '10.0.0.1:80').replace('{', `{"uri":"/${'x'.repeat(900)}",`)
  const block = one.repeat(10_000)
  const blocks = Math.ceil(100 * 1024 * 1024 / block.length)
  for (let index = 0; index < blocks; index += 1) appendFileSync(file, block)
  let polls = 0
  let behind = 0
  let last = ''
  for (; polls < 60 && !last.includes(`pool app ${blocks * 10_000}`); polls += 1) {
    last = await told(poller)
    if (/\d+ MB of the log are still to be read: the numbers are those of \d+ s ago/.test(last)) behind += 1
  }
  assert.ok(behind >= 1, `${polls} polls, ${last}`)
  assert.match(last, new RegExp(`pool app ${blocks * 10_000}(?: |$)`))
})
