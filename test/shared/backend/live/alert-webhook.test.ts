import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { AlertWebhook } from '#shared/backend/live/alert-webhook.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { parseWebhook, type Webhook } from '#shared/live/alerts/webhook.ts'
import { nodeWebhook } from '#shared/node/webhook.ts'

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['plain http to another machine', 'http://hooks.example/x', /needs https/],
  ['an address that only looks like this machine', 'http://127.0.0.1.example/x', /needs https/],
  ['a user and password', 'https://me:secret@hooks.example/x', /no user and password/],
  ['another scheme', 'ftp://hooks.example/', /no http or https address/],
  ['a piece of a page', 'https://hooks.example/x#y', /no http or https address/],
  ['a port that is none', 'https://hooks.example:70000/', /70000 is not a port/],
]
for (const [name, written, words] of refused) test(`a webhook is refused: ${name}`, () => {
  const found = parseWebhook(written)
  assert.ok(typeof found === 'string')
  assert.match(found, words)
  assert.ok(!found.includes('secret'))
})

test('a webhook is named without its path, which may be a secret', () => {
  assert.deepEqual(parseWebhook('https://hooks.example/T0/abc?k=1'), { secure: true, host: 'hooks.example', port: 443, path: '/T0/abc?k=1', title: 'https://hooks.example' })
  assert.deepEqual(parseWebhook('http://[::1]:8080/x'), { secure: false, host: '::1', port: 8080, path: '/x', title: 'http://[::1]:8080' })
})

const alert = (key: string, more: Partial<Alert> = {}): Alert => ({
  key, rule: 'queue', pool: 'web', server: null, servers: [], traffic: null, severity: 'warning', sentence: '', evidence: [], at: null, causes: [], sinceMs: 0, mutedBy: null, waived: null, ...more,
})
const nowhere = parseWebhook('https://hooks.example/') as Webhook

test('alerts that begin and end are posted in turn, others are not', async () => {
  const posted: string[] = []
  const hook = new AlertWebhook({ post: (_, body) => { posted.push(body); return Promise.resolve(ok(null)) } }, nowhere, () => undefined)
  const tell = (...alerts: readonly Alert[]): void => { hook.tell(alerts, (event, one) => ({ event, key: one.key })) }
  tell(alert('a'), alert('info', { severity: 'info' }), alert('waived', { waived: { reason: 'x', until: '2999-01-01' } }), alert('muted', { mutedBy: 'a' }))
  tell(alert('a'), alert('b'))
  tell(alert('b'))
  await hook.flush()
  assert.deepEqual(posted, ['{"event":"start","key":"a"}', '{"event":"start","key":"b"}', '{"event":"end","key":"a"}'])
})

test('a webhook that fails is said once, and one that hangs holds no more than a hundred', async () => {
  const said: string[] = []
  let posts = 0
  const hook = new AlertWebhook({ post: () => { posts += 1; return Promise.resolve(failed('unreachable', 'x could not be reached.')) } }, nowhere, (failure) => { said.push(failure.message) })
  hook.tell(Array.from({ length: 150 }, (_, index) => alert(`a${index}`)), () => ({}))
  await hook.flush()
  assert.deepEqual([posts, said], [100, ['x could not be reached.']])
})

test('the real client posts once, follows nothing and gives up in time', async () => {
  const seen: string[] = []
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => { body += chunk.toString() })
    request.on('end', () => {
      seen.push(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`)
      if (request.url === '/moved') response.writeHead(302, { Location: '/elsewhere' }).end()
      else if (request.url !== '/hangs') response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  const post = async (path: string, limitMs = 2000): Promise<string> => {
    const answer = await nodeWebhook.post({ secure: false, host: '127.0.0.1', port, path, title: 'http://hook' }, '{"é":1}', limitMs)
    return answer.ok ? 'posted' : answer.failure.message
  }
  assert.equal(await post('/in'), 'posted')
  assert.equal(await post('/moved'), 'http://hook answered with status 302, which is not followed.')
  assert.equal(await post('/hangs', 100), 'http://hook did not answer within 0.1 s.')
  server.closeAllConnections()
  await new Promise((resolve) => { server.close(resolve) })
  assert.equal(await post('/secret'), 'http://hook could not be reached (ECONNREFUSED).')
  assert.deepEqual(seen, ['POST /in application/json {"é":1}', 'POST /moved application/json {"é":1}', 'POST /hangs application/json {"é":1}'])
})
