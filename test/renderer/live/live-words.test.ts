import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesWords, differsFromGood, rangeWords, rateWords, serverState, shareWords, spanWords, splitSentence } from '#renderer/features/live/live-words.ts'
import { credentialsOf, partRecordings, recordingPath, withCredentials, withoutPassword } from '#renderer/features/live/source-text.ts'
import type { LiveServer } from '#shared/view/live-sample.ts'

const texts: readonly [name: string, got: string, wanted: string][] = [
  ['an unknown rate is unknown, not nothing', rateWords(null), '?'],
  ['a rate of nothing', rateWords(0), '0'],
  ['a small rate keeps its tenth', rateWords(0.42), '0.4'],
  ['thousands are short', rateWords(2942), '2.9k'],
  ['an unknown share', shareWords(null), '?'],
  ['a share', shareWords(0.9803), '98.0 %'],
  ['an expectation by weights', rangeWords({ low: 1 / 3, high: 1 / 3 }), '33.3 %'],
  ['an expectation that load decides', rangeWords({ low: 0.2, high: 0.6 }), '20–60 %'],
  ['nothing can be foretold', rangeWords(null), 'not foretold'],
  ['bytes', bytesWords(3_140_000), '3.1 MB'],
  ['unknown bytes', bytesWords(null), '?'],
  ['seconds', spanWords(8400), '8 s'],
  ['minutes', spanWords(803_000), '13 min 23 s'],
  ['recordings are told from configs', JSON.stringify(partRecordings([{ kind: 'path', path: '/a.cfg' }, { kind: 'path', path: '/b.lbrec' }, { kind: 'sample', side: 'after' }])), '{"configs":[{"kind":"path","path":"/a.cfg"},{"kind":"sample","side":"after"}],"recordings":["/b.lbrec"]}'],
  ['user and password stand in the address', String(credentialsOf('haproxy-metrics:https://ops:se%40cret@lb.example/metrics')), 'ops:se%40cret'],
  ['a socket has none', String(credentialsOf('/run/a@b.sock')), 'null'],
  ['what was kept comes back', withCredentials('haproxy-metrics:https://lb.example/metrics', 'ops:se%40cret'), 'haproxy-metrics:https://ops:se%40cret@lb.example/metrics'],
  ['nothing was kept', withCredentials('http://lb.example/stats', null), 'http://lb.example/stats'],
  ['a password in an address is not kept', withoutPassword('http://ops:secret@lb.example:8404/stats'), 'http://lb.example:8404/stats'],
  ['nor behind a word', withoutPassword('haproxy-metrics:https://a:b@lb.example/metrics'), 'haproxy-metrics:https://lb.example/metrics'],
  ['a socket stays as it is', withoutPassword('/run/haproxy/admin.sock'), '/run/haproxy/admin.sock'],
  ['a recording is named after source and time', recordingPath('/data/', 'http://lb.example:8404/stats', new Date(0)), '/data/lb.example-8404-stats-19700101-000000.lbrec'],
]
for (const [name, got, wanted] of texts) test(name, () => assert.equal(got, wanted))

test('an alert says first what is wrong', () => {
  assert.deepEqual(splitSentence('api/api-1 took 98 % of 43 requests. Its weight is 200.'), ['api/api-1 took 98 % of 43 requests.', 'Its weight is 200.'])
  assert.deepEqual(splitSentence('Pool api is down.'), ['Pool api is down.', ''])
})

const server: LiveServer = {
  id: null, name: 's', inConfig: true, running: true, address: null, state: 'UP', health: 'up', admin: 'ready', backup: false, weight: 1, configWeight: 1, throttlePercent: null,
  rates: { requests: null, tries: null, connections: null, bytes: null, errors: null }, responseMs: null, sessions: null, queued: null, share: null, expected: null, knownGood: null, check: null,
}
const states: readonly [name: string, change: Partial<LiveServer>, tone: string][] = [
  ['up', {}, 'ok'], ['down', { health: 'down', state: 'DOWN' }, 'down'], ['taken out by hand', { admin: 'maintenance', state: 'MAINT' }, 'maintenance'], ['draining', { admin: 'drain' }, 'maintenance'],
  ['not running is unknown', { running: false, health: 'unknown' }, 'unknown'], ['a state that is not known', { health: 'unknown', state: '?' }, 'unknown'], ['a slot without an address', { admin: 'unresolved' }, 'unknown'],
]
for (const [name, change, tone] of states) test(`a server that is ${name} has the tone ${tone}`, () => assert.equal(serverState({ ...server, ...change }).tone, tone))

test('whether running differs from known good is told only where both are known', () => {
  assert.equal(differsFromGood({ running: { hash: 'a' }, knownGood: { hash: 'b' } }), true)
  assert.equal(differsFromGood({ running: { hash: 'a' }, knownGood: { hash: 'a' } }), false)
  assert.equal(differsFromGood({ running: { hash: 'a' }, knownGood: null }), null)
})
