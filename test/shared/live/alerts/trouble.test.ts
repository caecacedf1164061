import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { Counters, LiveRow } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { capturedPoll, serverOf } from '#test/shared/live/fixtures.ts'

type Growth = Partial<Record<keyof Counters, number | null>>
const names = ['a', 'b', 'c'] as const

interface Given {
  /** What grows in each poll, server by server, and 5xx of the pool besides those of its servers. */
  readonly servers: readonly [Growth, Growth, Growth]
  readonly own?: number
  readonly queued?: number
  readonly web?: string
  readonly good?: string
}

const configOf = (web: string): string => `defaults\n mode http\n retries 3\nbackend web\n balance roundrobin\n${web}${names.map((name, index) => ` server ${name} 10.0.0.${index + 1}:80\n`).join('')}`

/** What fires after 40 polls of one second. */
function after({ servers, own = 0, queued = 0, web = '', good = web }: Given): readonly Alert[] {
  const [model, knownGood] = [web, good].map((text) => compileConfig(configOf(text), new Map()).model)
  if (model === undefined || knownGood === undefined) assert.fail()
  const session = new LiveSession(model, 1000, good === web ? model : knownGood)
  const healthy = capturedPoll('healthy')
  const template = serverOf(healthy, 'be_web', 's1')
  const pool = healthy.rows.find((row) => row.kind === 'pool' && row.owner === 'be_web') as LiveRow
  const total = (name: keyof Counters): number => servers.reduce((sum, one) => sum + (one[name] ?? 0), 0)
  let alerts: readonly Alert[] = []
  for (let second = 0; second < 40; second += 1) {
    const counters = (growth: Growth): Counters => ({ ...template.counters, ...Object.fromEntries(Object.entries(growth).map(([name, count]) => [name, count === null ? null : count * second])) })
    const rows: readonly LiveRow[] = [
      ...names.map((name, index): LiveRow => ({ ...template, owner: 'web', name, counters: counters({ status5xx: 0, failedConnections: 0, failedResponses: 0, retries: 0, redispatches: 0, ...servers[index] }), state: { ...template.state, health: 'unchecked', check: null, weight: 1, initialWeight: 1, address: null } })),
      { ...pool, owner: 'web', gauges: { ...pool.gauges, queued }, counters: counters({ requests: total('requests') + own, status5xx: total('status5xx') + own, retries: total('retries'), redispatches: 0 }) } as LiveRow,
    ]
    alerts = session.add({ ...capturedPoll('healthy', second * 1000), uptimeSeconds: 100 + second, rows }).alerts.filter((one) => one.pool === 'web')
  }
  return alerts
}

const fine: Growth = { requests: 20 }
const find = (alerts: readonly Alert[], rule: Alert['rule']): Alert => alerts.find((one) => one.rule === rule) ?? assert.fail(`${rule} does not fire: ${alerts.map((one) => one.sentence).join('\n')}`)

test('errors and retries name the server that connections fail to, and say that no check looks at it', () => {
  const alerts = after({ servers: [fine, { requests: 0, failedConnections: 6, retries: 20 }, fine], own: 6 })
  const errors = find(alerts, 'errors')
  assert.match(errors.sentence, /The balancer gave them itself; its servers did not\. Connections to b fail \(416 in 16 s\)\.$/)
  assert.deepEqual(errors.servers, ['b'])
  assert.ok(errors.evidence.includes('No check looks at b, so it goes on getting requests.'), errors.evidence.join('\n'))
  const retries = find(alerts, 'retries')
  assert.equal(retries.sentence, 'Tries at servers of pool web failed 20 times and were made again; the pool got 46 requests meanwhile. They failed at b (20).')
  assert.deepEqual(retries.servers, ['b'])
})

test('answers that do not come are told apart from connections that fail', () => {
  const errors = find(after({ servers: [fine, fine, { requests: 12, failedResponses: 8 }], own: 8 }), 'errors')
  assert.match(errors.sentence, /Answers of c do not come in time or break off \(128 in 16 s\)\.$/)
  assert.deepEqual(errors.servers, ['c'])
})

test('what waits too long for a server is no connection that fails, and a few broken answers name nobody', () => {
  const waiting = find(after({ servers: [fine, { requests: 20, failedConnections: 6 }, fine], own: 6, queued: 8 }), 'errors')
  assert.deepEqual([waiting.servers, waiting.trouble?.connections], [[], []])
  assert.doesNotMatch(waiting.sentence, /Connections/)
  const few = find(after({ servers: [{ requests: 1000, failedResponses: 1 }, { requests: 20, failedConnections: 6, retries: 9 }, { requests: 1000, failedConnections: 1, retries: 1 }], own: 300 }), 'errors')
  assert.deepEqual(few.servers, ['b'])
})

test('a source that does not count failures names no server', () => {
  const silent: Growth = { ...fine, failedConnections: null, failedResponses: null, retries: null, redispatches: null }
  const errors = find(after({ servers: [silent, silent, silent], own: 6 }), 'errors')
  assert.deepEqual([errors.servers, errors.trouble?.connections, errors.trouble?.responses], [[], null, null])
})

test('a share that shifts: by failures, by what differs from the last known good config, or by nothing that is known', () => {
  const uneven = [{ requests: 60 }, { requests: 20 }, { requests: 20 }] as const
  const words = (given: Omit<Given, 'servers'>, servers: Given['servers'] = uneven): string => find(after({ servers, ...given }), 'share').evidence.join('\n')
  assert.match(words({}), /The config does not explain it, and nothing of the pool was changed at run time: servers that come and go between polls can do this\./)
  assert.match(words({ web: ' option prefer-last-server\n' }, [{ selections: 60 }, { selections: 20 }, { selections: 20 }]), /clients that stick to servers can do this/)
  const differs = words({ web: ' http-reuse always\n', good: ' http-reuse never\n' })
  assert.match(differs, /The weights of the config do not explain it, but the pool differs from the last known good config in something that may\./)
  assert.doesNotMatch(differs, /The config does not explain it/)
  // No answer is late, so no time limit does it.
  assert.match(words({ web: ' timeout server 50ms\n', good: ' timeout server 5s\n' }), /The config does not explain it/)
  const untold: Growth = { failedConnections: null, failedResponses: null, retries: null, redispatches: null }
  assert.match(words({ web: ' timeout server 50ms\n', good: ' timeout server 5s\n' }, [{ requests: 60, ...untold }, { requests: 20, ...untold }, { requests: 20, ...untold }]), /but the pool differs/)
  assert.match(words({ web: ' option httplog\n', good: ' description x\n' }), /The config does not explain it/)
  const failing = words({}, [fine, { requests: 1, failedConnections: 6, retries: 20 }, fine])
  assert.match(failing, /Connections to b fail \(416 in 16 s\)\.\nRequests that fail at a server are not counted for it\./)
  assert.doesNotMatch(failing, /does not explain it/)
})
