import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { parseInfo } from '#shared/live/haproxy/info.ts'
import { parseStatJson } from '#shared/live/haproxy/json.ts'
import { readServerStatus } from '#shared/live/haproxy/server-status.ts'
import { parseServersState } from '#shared/live/haproxy/servers-state.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import type { StatTable } from '#shared/live/haproxy/stat-table.ts'
import { parseStatTyped } from '#shared/live/haproxy/typed.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { Result } from '#shared/diagnostics/failure.ts'
import { captured, capturedPoll, serverOf, vectors } from '#test/shared/live/fixtures.ts'

const valueOf = (result: Result<StatTable>): StatTable => {
  assert.ok(result.ok, !result.ok ? result.failure.message : '')
  return result.value
}
const read = (stat: StatTable): LiveSnapshot => toHaproxySnapshot({ stat, info: null, serversState: null }, { taken: { monotonicMs: 0, wallMs: 0 }, readMs: 0, bytes: 0 })
const wrong = (result: Result<StatTable>): string => {
  assert.ok(!result.ok)
  assert.equal(result.failure.code, 'bad-answer')
  return result.failure.message
}

test('values, typed values and JSON of one balancer give the same rows', () => {
  const csv = read(valueOf(parseStatCsv(captured('haproxy/healthy.show-stat.csv'))))
  const typed = read(valueOf(parseStatTyped(captured('haproxy/healthy.show-stat.typed.txt.gz'))))
  const json = read(valueOf(parseStatJson(captured('haproxy/healthy.show-stat.json.gz'))))
  const shape = (snapshot: LiveSnapshot): readonly string[] => snapshot.rows.map((row) => `${row.kind} ${row.owner} ${row.kind === 'server' ? `${row.name} ${row.state.text} ${row.state.weight}` : ''} ${row.protocol}`)
  assert.equal(csv.rows.length, 59)
  assert.deepEqual(shape(typed), shape(csv))
  assert.deepEqual(shape(json), shape(csv))
})

test('columns are found by name in every version and at every level of access', () => {
  const old = serverOf(capturedPoll('healthy'), 'be_web', 's1')
  const page = serverOf(read(valueOf(parseStatCsv(captured('haproxy/healthy.http.csv')))), 'be_web', 's1')
  const operator = read(valueOf(parseStatCsv(captured('haproxy/access-level.oper.show-stat.csv'))))
  const newer = read(valueOf(parseStatCsv(captured('haproxy-3.4/healthy.show-stat.csv'))))
  assert.deepEqual([old.state.address, old.state.health, old.state.weight, old.state.initialWeight], ['127.0.0.1:23101', 'up', 10, 10])
  assert.ok(Number(page.counters.requests) > 0)
  assert.equal(serverOf(operator, 'be_web', 's1').state.address, '127.0.0.1:23101')
  assert.ok(operator.rows.some((row) => row.kind === 'pool' && row.algorithm === 'leastconn'))
  assert.ok(newer.rows.some((row) => row.kind === 'server'))
})

test('texts with commas and doubled quotes stay whole', () => {
  const csv = read(valueOf(parseStatCsv(captured('haproxy/csv-quoting.show-stat.csv'))))
  assert.equal(serverOf(csv, 'be_web', 's3').state.checkDetail, 'Down, "disk" full; see wiki')
  const typed = read(valueOf(parseStatTyped(captured('haproxy/csv-quoting.show-stat.typed.txt'))))
  assert.equal(serverOf(typed, 'be_web', 's3').state.checkDetail, 'Down, "disk" full; see wiki')
})

test('texts from outside lose what steers a terminal or turns the writing direction', () => {
  const stat = valueOf(parseStatCsv('# pxname,svname,type,status,last_chk,-,\nweb,a,2,UP,"bad\u001b[31m\u202etext",-,\n'))
  assert.equal(serverOf(read(stat), 'web', 'a').state.checkDetail, 'bad?[31m?text')
})

test('what is no answer of HAProxy is refused with what it is', () => {
  const good = captured('haproxy/healthy.show-stat.csv')
  assert.match(wrong(parseStatCsv('<!DOCTYPE html><html>')), /a web page/)
  assert.match(wrong(parseStatCsv('HTTP/1.0 400 Bad request\r\n\r\n')), /HTTP instead of statistics/)
  assert.match(wrong(parseStatCsv('Unknown command: "show stat"')), /does not know the command/)
  assert.match(wrong(parseStatCsv('')), /something that is not/)
  assert.match(wrong(parseStatCsv(good.slice(0, 200))), /first line/)
  assert.match(wrong(parseStatCsv(good.slice(0, good.length / 2))), /end within a row/)
  assert.match(wrong(parseStatCsv('# pxname,svname,type\nweb,a\n')), /has 2 cells, and the header names 3/)
  assert.match(wrong(parseStatCsv('# pxname,svname,type\nweb,"a\n')), /quoted text/)
  assert.match(wrong(parseStatTyped('<html>')), /a web page/)
  assert.match(wrong(parseStatJson(captured('haproxy/INVALID-json-unescaped-quote.show-stat.json'))), /not valid/)
})

test('no prefix of an answer throws or passes for a longer one', () => {
  const text = captured('haproxy/csv-quoting.show-stat.csv')
  const whole = valueOf(parseStatCsv(text)).size
  for (let end = 0; end < text.length; end += 37) {
    const result = parseStatCsv(text.slice(0, end))
    assert.ok(!result.ok || (text[end - 1] === '\n' && result.value.size <= whole), `prefix of ${end}`)
  }
})

test('counters beyond exact numbers stay exact', () => {
  const stat = valueOf(parseStatCsv('# pxname,svname,type,mode,bin,req_tot,-,\nweb,a,2,http,18446744073709551615,7,-,\n'))
  assert.equal(serverOf(read(stat), 'web', 'a').counters.bytesIn, 18446744073709551615n)
})

test('the process is named by its id and start, plain and typed', () => {
  const plain = parseInfo(captured('haproxy/healthy.show-info.txt'))
  assert.deepEqual(plain, { version: '2.6.12-1+deb12u4', epoch: '15314@1795173132', uptimeSeconds: 56, stopping: false })
  assert.equal(parseInfo(captured('haproxy/healthy.show-info.typed.txt'))?.epoch, '15314@1795173132')
  assert.equal(parseInfo('<html>'), null)
})

test('slots of a template say which host sits in them', () => {
  const facts = parseServersState(captured('haproxy/srv-dns-swapped.show-servers-state.txt'))
  assert.equal(facts?.get('be_srv/app1')?.serviceRecord, '_http._tcp.app.lab')
  assert.equal(facts?.get('be_web/s1')?.address, '127.0.0.1:23101')
  assert.equal(parseServersState('1\n'), null)
})

const words: Readonly<Record<string, string>> = { 'ready': 'ready', 'drain(weight0)': 'weight-zero', 'drain': 'drain', 'maint': 'maintenance', 'unresolved-slot': 'unresolved', 'stopping': 'stopping', 'slowstart': 'ready', 'backup': 'ready' }

test('words of the status column, with weight and bits', () => {
  const { cases } = vectors<{ cases: readonly { in: readonly [string, string, string, string, string, string, string]; expect: readonly [string, string, boolean | null] }[] }>('haproxy-state')
  assert.equal(cases.length, 14)
  for (const { in: [status, weight, , , , bits], expect: [health, admin] } of cases) {
    const read = readServerStatus(status, Number(weight), Number(bits))
    assert.deepEqual([read.health, read.admin], [health, words[admin]], status)
  }
})

test('a check that is under way keeps the result of the one before', () => {
  const text = captured('haproxy/pool-down.show-stat.csv').replaceAll(',L7STS,', ',* L7STS,')
  assert.ok(text.includes(',* L7STS,'))
  assert.equal(serverOf(read(valueOf(parseStatCsv(text))), 'be_web', 's1').state.check, 'L7STS')
})
