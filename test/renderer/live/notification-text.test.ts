import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toNotification } from '#renderer/features/live/notification-text.ts'
import type { LiveLine } from '#shared/view/live-sample.ts'

const line: LiveLine = { side: 'running', file: 'haproxy.cfg', line: 54, text: 'server api-1 192.0.2.11:8080 weight 200', at: { file: 'haproxy.cfg', start: 0, end: 1 } }
const alert = { pool: 'api', server: null, servers: ['api-1'], sentence: 'api/api-1 took 98 % of 43 requests. Its weight is 200.', lines: [line] }

test('a notification names pool, server and line, and says what is wrong', () => {
  assert.deepEqual(toNotification(alert, '/run/haproxy/admin.sock'), { title: '▲ pool api, server api-1 · /run/haproxy/admin.sock', body: 'api/api-1 took 98 % of 43 requests.\nLine 54: server api-1 192.0.2.11:8080 weight 200' })
})

test('what an alert does not name is left out', () => {
  assert.deepEqual(toNotification({ ...alert, pool: null, servers: [], lines: [] }, 'edge-lb-1'), { title: 'edge-lb-1', body: 'api/api-1 took 98 % of 43 requests.' })
  assert.equal(toNotification({ ...alert, servers: [] }, 'edge-lb-1').title, '▲ pool api · edge-lb-1')
})

test('of many servers the first are named and the rest counted', () => {
  assert.equal(toNotification({ ...alert, servers: ['a', 'b', 'c', 'd', 'e'] }, 'edge-lb-1').title, '▲ pool api, servers a, b, c and 2 more · edge-lb-1')
})

test('a line of the known good config says so', () => {
  assert.match(toNotification({ ...alert, lines: [{ ...line, side: 'known-good' }] }, 'edge-lb-1').body, /\nKnown good line 54: /)
})
