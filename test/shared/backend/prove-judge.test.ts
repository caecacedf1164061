import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReplayOutcome } from '#shared/backend/balancer-port.ts'
import { judge } from '#shared/backend/prove-judge.ts'
import type { ProofServer } from '#shared/dialects/proof.ts'
import type { Outcome } from '#shared/model/outcome.ts'

const servers: readonly ProofServer[] = [
  { socket: 's0', is: { pool: 'api', server: 'one' } }, { socket: 's1', is: { pool: 'api', server: 'spare' } }, { socket: 's2', is: { pool: 'web', server: 'one' } }, { socket: 'sx', is: null },
]
const at = { file: 'a', start: 0, end: 0 }
const forward: Outcome = { action: 'forward', pool: 'api', path: '/é?x', servers: [{ name: 'one', address: '10.0.0.1:80', share: 1 }, { name: 'spare', address: '10.0.0.2:80', share: 0 }] }
const split: Outcome = { action: 'split', pools: [{ pool: 'api', share: 1 }, { pool: 'web', share: 0 }], path: '/x' }
const redirect: Outcome = { action: 'redirect', status: 301, location: 'https://a/é' }
/** `path` as the bytes of its UTF-8 text. */
const server = (socket: string, path: string): ReplayOutcome => ({ kind: 'server', socket, method: 'GET', target: Buffer.from(path).toString('latin1') })
const status = (number: number, location: string | null = null): ReplayOutcome => ({ kind: 'status', status: number, location: location === null ? null : Buffer.from(location).toString('latin1') })

const rows: readonly (readonly [name: string, expected: Outcome, outcome: ReplayOutcome | null, agrees: boolean | null, observed: string | null])[] = [
  ['pool, server and path', forward, server('s0', '/é?x'), true, 'pool api, server one, path /é?x'],
  ['a server that gets no share', forward, server('s1', '/é?x'), false, 'pool api, server spare, path /é?x'],
  ['another pool', forward, server('s2', '/é?x'), false, 'pool web, server one, path /é?x'],
  ['a pool nobody expected', forward, server('sx', '/é?x'), false, 'a server of a pool that was not expected, path /é?x'],
  ['another path', forward, server('s0', '/e?x'), false, 'pool api, server one, path /e?x'],
  ['an answer instead of a server', forward, status(503), false, 'status 503'],
  ['one of the pools of a split', split, server('s0', '/x'), true, 'pool api, server one, path /x'],
  ['a pool of a split that gets nothing', split, server('s2', '/x'), false, 'pool web, server one, path /x'],
  ['a redirect', redirect, status(301, 'https://a/é'), true, 'status 301 to https://a/é'],
  ['a redirect elsewhere', redirect, status(301, 'https://a/e'), false, 'status 301 to https://a/e'],
  ['a redirect with another status', redirect, status(302, 'https://a/é'), false, 'status 302 to https://a/é'],
  ['a status', { action: 'respond', status: 503 }, status(503), true, 'status 503'],
  ['a refusal with another status', { action: 'deny', status: 403 }, status(429), false, 'status 429'],
  ['a close', { action: 'close' }, { kind: 'closed' }, true, 'connection closed without an answer'],
  ['a drop', { action: 'close' }, { kind: 'silent' }, true, 'no answer in time'],
  ['an answer instead of a close', { action: 'close' }, status(400), false, 'status 400'],
  ['silence instead of an answer', { action: 'deny', status: 403 }, { kind: 'silent' }, false, 'no answer in time'],
  ['something that is not known', { action: 'unmodelled', reason: 'a script', at }, server('s0', '/'), null, 'pool api, server one, path /'],
  ['files of the balancer', { action: 'serve', root: '/srv', path: '/' }, status(200), null, 'status 200'],
  ['no time left', forward, null, null, null],
  ['not sent', forward, { kind: 'not-sent', reason: 'it cannot be' }, null, null],
]

for (const [name, expected, outcome, agrees, observed] of rows) {
  test(`computed and real: ${name}`, () => {
    const judged = judge(expected, outcome, servers)
    assert.deepEqual([judged.agrees, judged.observed], [agrees, observed])
    assert.equal(judged.note === null, agrees !== null)
  })
}
