import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import type { LiveRow, LiveSnapshot, ServerState } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { captured, capturedPoll } from '#test/shared/live/fixtures.ts'

const lab = compileConfig(captured('haproxy/haproxy.cfg'), new Map()).model

type States = Readonly<Record<string, Partial<ServerState> | null>>

/** Three servers that are up, with these states of be_web; null: the server is not there. */
function poll(second: number, states: States, more: Partial<LiveSnapshot> = {}): LiveSnapshot {
  const healthy = capturedPoll('healthy', second * 1000)
  return {
    ...healthy, ...more, rows: healthy.rows.flatMap((row): readonly LiveRow[] => {
      if (row.kind !== 'server' || row.owner !== 'be_web' || !(row.name in states)) return [row]
      const state = states[row.name]
      return state === null || state === undefined ? [] : [{ ...row, state: { ...row.state, ...state } }]
    }),
  }
}

/** Drift and health of be_web after two polls that show these states, behind one in which all was well. */
function told(states: States, before: States = {}, more: Partial<LiveSnapshot> = {}): readonly string[] {
  const watch = new LiveWatch(lab, 1000)
  const alerts = new AlertWatch()
  alerts.add(watch.add(poll(0, before)))
  alerts.add(watch.add(poll(1, states, more)))
  return alerts.add(watch.add(poll(2, states, more))).filter((one) => one.pool === 'be_web').map((one) => `${one.severity} ${one.key}`)
}

const maintenance = { text: 'MAINT', admin: 'maintenance' } as const
const drain = { text: 'DRAIN', admin: 'drain' } as const
const down = { text: 'DOWN', health: 'down' } as const
const silent = { weight: 0, admin: 'weight-zero' } as const

const rows: readonly (readonly [name: string, expected: readonly string[], ...Parameters<typeof told>])[] = [
  ['one of three taken out leaves enough', ['info drift:be_web/s1#state'], { s1: maintenance }],
  ['two of three taken out leave too few', ['critical drift:be_web/s1#state', 'critical drift:be_web/s2#state', 'critical health:be_web'], { s1: maintenance, s2: drain }],
  ['a weight of 0 takes a server out as well', ['critical drift:be_web/s1#weight', 'critical drift:be_web/s2#state', 'critical health:be_web'], { s1: silent, s2: maintenance }],
  ['another weight takes nothing away', ['info drift:be_web/s1#weight', 'info drift:be_web/s2#weight'], { s1: { weight: 1 }, s2: { weight: 1 } }],
  ['all taken out by hand', ['critical drift:be_web/s1#state', 'critical drift:be_web/s2#state', 'critical drift:be_web/s3#state', 'critical health:be_web'], { s1: drain, s2: drain, s3: drain }],
  ['one taken out where another is down', ['critical drift:be_web/s1#state', 'critical health:be_web'], { s1: maintenance, s2: down }],
  ['a server that is down was not taken away', ['info drift:be_web/s1#state', 'critical health:be_web'], { s1: { ...maintenance, health: 'down' }, s2: down }],
  ['an agent is no hand', ['info drift:be_web/s1#state', 'info drift:be_web/s2#state', 'critical health:be_web'], { s1: { ...drain, byAgent: true }, s2: { ...drain, byAgent: true } }],
  ['servers removed at run time', ['critical drift:be_web/s1#server-only-config', 'critical drift:be_web/s2#server-only-config'], { s1: null, s2: null }],
  ['servers that wait for a reload were never there', ['warning drift:be_web/s1#server-only-config', 'warning drift:be_web/s2#server-only-config'], { s1: null, s2: null }, { s1: null, s2: null }],
  ['a reload to a config without them took nothing away by hand', ['warning drift:be_web/s1#server-only-config', 'warning drift:be_web/s2#server-only-config'], { s1: null, s2: null }, {}, { epoch: '9@9' }],
]

for (const [name, expected, ...states] of rows) test(`drift: ${name}`, () => { assert.deepEqual(told(...states), expected) })

test('a reload lists the addresses that it took back, and does not say of those that were other ones from the start that somebody set them', () => {
  const moved = { address: '127.0.0.9:23101' } as const
  const sentenceOf = (states: readonly States[]): readonly string[] => {
    const watch = new LiveWatch(lab, 1000)
    const alerts = new AlertWatch()
    const polls = [...states.map((one, second) => poll(second, one)), poll(states.length, {}, { epoch: '9@9' })]
    return polls.flatMap((one) => alerts.add(watch.add(one))).filter((one) => one.rule === 'reload').map((one) => `${one.severity} ${one.sentence}`)
  }
  const at = capturedPoll('healthy').rows.flatMap((row) => (row.kind === 'server' && row.owner === 'be_web' && row.name === 's1' ? [row.state.address] : []))[0] ?? ''
  assert.deepEqual(sentenceOf([{}, { s1: moved, s2: { weight: 5 } }]), [`warning The balancer was reloaded or restarted. That took back what was set by hand: be_web/s1 is at ${at} again instead of 127.0.0.9:23101; be_web/s2 has weight 10 again instead of 5.`])
  assert.deepEqual(sentenceOf([{ s1: moved }, { s1: moved }]), [`info The balancer was reloaded or restarted. What ran otherwise runs as the config says: be_web/s1 is at ${at} again instead of 127.0.0.9:23101.`])
})

test('servers with the same result of their checks are named together, also while one is being checked', () => {
  const failing = { ...down, check: 'L4CON', checkDetail: 'Connection refused' }
  const watch = new LiveWatch(lab, 1000)
  const alerts = new AlertWatch()
  const states = { s1: failing, s2: { ...failing, checkDetail: null } }
  alerts.add(watch.add(poll(0, states)))
  assert.equal(alerts.add(watch.add(poll(1, states))).find((one) => one.key === 'health:be_web')?.sentence, '1 of 3 servers of pool be_web can take requests. 2 are DOWN (L4CON, Connection refused): s1, s2.')
})

test('drift that leaves too few servers says how many are left', () => {
  const watch = new LiveWatch(lab, 1000)
  const alerts = new AlertWatch()
  for (const second of [0, 1]) alerts.add(watch.add(poll(second, { s1: maintenance, s2: maintenance })))
  const [first] = alerts.add(watch.add(poll(2, { s1: maintenance, s2: maintenance }))).filter((one) => one.rule === 'drift' && one.pool === 'be_web')
  assert.equal(first?.sentence, 'Server s1 of pool be_web is disabled (MAINT); the config has it in use. It was set at run time, and a reload takes it back. 1 of 3 servers of the pool is left to take requests.')
})
