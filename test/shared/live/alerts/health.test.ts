import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveRow, ServerState } from '#shared/live/snapshot.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { capturedPoll, serverOf } from '#test/shared/live/fixtures.ts'

type Shown = Partial<ServerState>

const up: Shown = { text: 'UP' }
const down: Shown = { text: 'DOWN', health: 'down', check: 'L4CON', checkDetail: 'Connection refused' }
const nameless: Shown = { text: 'MAINT (resolution)', health: 'unknown', admin: 'unresolved', address: null }
const weightless: Shown = { text: 'UP', admin: 'weight-zero', weight: 0 }
const backup = (state: Shown): Shown => ({ ...state, backup: true })

/** Alerts on health and backups of pool web after three polls of these servers, by name. `lines` null: without a config. */
function alertsOf(lines: string | null, polls: readonly Readonly<Record<string, Shown>>[]): readonly string[] {
  const model = lines === null ? null : compileConfig(`defaults\n mode http\nbackend web\n${lines}\n`, new Map()).model
  const session = new LiveSession(model, 1000, null)
  const healthy = capturedPoll('healthy')
  const template = serverOf(healthy, 'be_web', 's1')
  const pool = healthy.rows.find((row) => row.kind === 'pool' && row.owner === 'be_web') as LiveRow
  const told = polls.map((servers, second) => session.add({
    ...capturedPoll('healthy', second * 1000),
    rows: [...Object.entries(servers).map(([name, state]): LiveRow => ({ ...template, owner: 'web', name, state: { ...template.state, weight: 1, initialWeight: 1, hostName: null, serviceRecord: null, ...state } })), { ...pool, owner: 'web' }],
  }).alerts)
  return (told.at(-1) ?? []).filter((one) => one.rule === 'health' || one.rule === 'backups').map((one) => `${one.severity} ${one.sentence}`)
}

const three = <T>(servers: T): readonly T[] => [servers, servers, servers]
const template = ' server-template app 3 app.internal:80'
const plain = ' server a a.internal:80\n server b b.internal:80'
const weights = ' server a 10.0.0.1:80\n server b 10.0.0.2:80 weight 0\n server c 10.0.0.3:80 weight 0'
const backups = ' server a 10.0.0.1:80 backup\n server b 10.0.0.2:80 backup'

const cases: readonly (readonly [name: string, lines: string | null, polls: readonly Readonly<Record<string, Shown>>[], alerts: readonly string[]])[] = [
  ['a pool of backups that are down has no server', backups, three({ a: backup(down), b: backup(down) }), ['critical 0 of 2 servers of pool web can take requests. 2 are DOWN (L4CON, Connection refused): a, b.']],
  ['a pool that only ever had backups runs as it should, also on the second one', backups, three({ a: backup(down), b: backup(up) }), []],
  ['backups that are used together are the servers of their pool', ` option allbackups\n${backups}`, three({ a: backup(down), b: backup(up) }), ['critical 1 of 2 servers of pool web can take requests. 1 is DOWN (L4CON, Connection refused): a.']],
  ['backups stand in for primaries that are gone', ' server a 10.0.0.1:80\n server b 10.0.0.2:80 backup', three({ a: down, b: backup(up) }), ['warning Pool web runs on its backups: no primary server can take requests.']],
  ['servers whose names do not resolve are missing', plain, three({ a: nameless, b: nameless }), ['critical 0 of 2 servers of pool web can take requests. 2 are MAINT (resolution): a, b.']],
  ['one of them is missing, too', plain, three({ a: nameless, b: up }), ['critical 1 of 2 servers of pool web can take requests. 1 is MAINT (resolution): a.']],
  ['slots without an address are spare', template, three({ app1: up, app2: nameless, app3: nameless }), []],
  ['slots that all have no address leave no server', template, three({ app1: nameless, app2: nameless, app3: nameless }), ['critical 0 of 3 servers of pool web can take requests. 3 are MAINT (resolution): app1, app2, app3.']],
  ['without a config a name that several share makes slots of them', null, three({ app1: { hostName: 'app.internal' }, app2: { ...nameless, hostName: 'app.internal' }, app3: { ...nameless, hostName: 'app.internal' } }), []],
  ['without a config a name of its own makes a server of it', null, three({ a: { hostName: 'a.internal' }, b: { ...nameless, hostName: 'b.internal' } }), ['critical 1 of 2 servers of pool web can take requests. 1 is MAINT (resolution): b.']],
  ['servers that the config gave weight 0 are not missing', weights, three({ a: up, b: { ...weightless, initialWeight: 0 }, c: { ...weightless, initialWeight: 0 } }), []],
  ['nor where the source does not tell the weight of the config', weights, three({ a: { initialWeight: null }, b: { ...weightless, initialWeight: null }, c: { ...weightless, initialWeight: null } }), []],
  ['nor without a config, where it was 0 from the first poll on', null, three({ a: { initialWeight: null }, b: { ...weightless, initialWeight: null }, c: { ...weightless, initialWeight: null } }), []],
  ['the only server besides them is all that there is', weights, three({ a: down, b: { ...weightless, initialWeight: 0 }, c: { ...weightless, initialWeight: 0 } }), ['critical 0 of 1 servers of pool web can take requests. 1 is DOWN (L4CON, Connection refused): a.']],
  ['one that was given a weight by hand counts', weights, three({ a: down, b: { initialWeight: 0 }, c: { ...weightless, initialWeight: 0 } }), ['critical 1 of 2 servers of pool web can take requests. 1 is DOWN (L4CON, Connection refused): a.']],
  ['servers whose weight was set to 0 are missing, in words that say so', null, three({ a: up, b: weightless, c: weightless }), ['critical 1 of 3 servers of pool web can take requests. 2 are UP with weight 0: b, c.']],
  ['also where only an earlier poll tells that they had one', null, [{ a: { initialWeight: null }, b: { initialWeight: null }, c: { initialWeight: null } }, ...three({ a: { initialWeight: null }, b: { ...weightless, initialWeight: null }, c: { ...weightless, initialWeight: null } })], ['critical 1 of 3 servers of pool web can take requests. 2 are UP with weight 0: b, c.']],
]

for (const [name, lines, polls, alerts] of cases) test(`health: ${name}`, () => { assert.deepEqual(alertsOf(lines, polls), alerts) })
