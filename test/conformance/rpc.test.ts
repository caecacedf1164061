import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { Result } from '#shared/diagnostics/failure.ts'
import { createBackend } from '#shared/backend/create-backend.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import { startEngine } from '#shared/node/engine-client.ts'
import { createClient, memoryTransport, type SteelyardClient, type Transport } from '#shared/rpc/client.ts'
import { contract } from '#shared/rpc/contract.ts'
import { createDispatcher } from '#shared/rpc/dispatcher.ts'
import { createEventHub } from '#shared/rpc/events.ts'
import type { LiveSessionInfo, TimelineMark } from '#shared/rpc/live-payloads.ts'
import type { ConfigInput, ProofReport } from '#shared/rpc/payloads.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import type { SeriesAnswer } from '#shared/view/live-series.ts'
import { startHttpHost } from '#cli/serve/http-host.ts'
import { startFakeBalancer } from '#test/support/fake-balancer.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-rpc-'))
const disposals: (() => Promise<void> | void)[] = []
after(async () => {
  for (const dispose of disposals) await dispose()
  rmSync(scratch, { recursive: true, force: true })
})

type Name = keyof typeof contract
const faults: string[] = []
const host = { host: 'browser', dialogs: false, open: [] } as const

async function memory(folder: string): Promise<Transport> {
  const hub = createEventHub()
  const handlers = createBackend(createNodePorts({ host, dataFolder: folder }, hub.emit))
  return memoryTransport(createDispatcher(contract, handlers, { report: (error, method) => faults.push(`${method}: ${String(error)}`), validateResults: true }), hub.listen)
}

async function thread(folder: string): Promise<Transport> {
  const engine = startEngine({ host, dataFolder: folder, validateResults: true }, (text) => faults.push(text))
  disposals.push(() => engine.dispose())
  await engine.ready
  return engine.transport
}

async function http(folder: string): Promise<Transport> {
  const served = await startHttpHost({ engine: await thread(folder), rendererFolder: path.join(scratch, 'no-screen'), port: 0 })
  disposals.push(() => served.dispose())
  const origin = `http://127.0.0.1:${served.port}`
  const entered = await fetch(served.address(), { redirect: 'manual' })
  const headers = { origin, cookie: (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '', 'content-type': 'application/json' }
  return {
    async send(callId, method, params) {
      const answer = await fetch(`${origin}/rpc/${method}`, { method: 'POST', headers: { ...headers, 'x-steelyard-call': callId }, body: params === undefined ? '' : JSON.stringify(params) })
      return (await answer.json()) as Result<unknown>
    },
    cancel: (callId) => void fetch(`${origin}/rpc-cancel`, { method: 'POST', headers, body: JSON.stringify({ callId }) }),
    listen: () => () => undefined,
  }
}

const options = { dialect: null, root: null, environment: {}, version: null }
const topology = { grouping: 'auto', expanded: [], onlyChanged: false, query: '', limit: 1000 } as const
const request = {
  listener: null, scheme: 'https', method: 'GET', host: 'api.shop.example', path: '/v2/auth/login', httpVersion: '1.1', headers: [['accept', '*/*']], sourceIp: '192.0.2.9', sourcePort: 40000,
  destinationIp: null, sni: 'api.shop.example', alpn: [],
} as const

/** Plain JSON: what comes out of a copy through JSON is what went in. */
function assertPlain(value: unknown, where: string): void {
  assert.deepEqual(JSON.parse(JSON.stringify(value ?? null)), value ?? null, `${where} is not plain JSON`)
}

for (const [name, open] of [['memory', memory], ['worker thread', thread], ['HTTP', http]] as const) {
  test(`every method answers good parameters through ${name}, and answers with plain JSON`, { timeout: 60_000 }, async () => {
    const folder = path.join(scratch, name.replace(' ', '-'))
    const work = path.join(folder, 'work')
    mkdirSync(work, { recursive: true })
    const file = path.join(work, 'haproxy.cfg')
    const sample = readFileSync(path.resolve(import.meta.dirname, '../../assets/sample-incident/after/haproxy.cfg'))
    writeFileSync(file, sample)
    const client: SteelyardClient = createClient(await open(path.join(folder, 'data')))
    const called = new Set<Name>()
    const call = (async (method: Name, params: never) => {
      called.add(method)
      const result = (await client.call(method, params)) as Result<unknown>
      if (!result.ok) assert.fail(`${method}: ${result.failure.code}: ${result.failure.message}`)
      assertPlain(result.value, method)
      return result.value
    }) as <M extends Name>(method: M, params: Parameters<SteelyardClient['call']>[1]) => Promise<never>
    const refuse = async (method: Name, params: unknown, code: string): Promise<void> => {
      called.add(method)
      const result = (await client.call(method, params as never)) as Result<unknown>
      assert.equal(result.ok ? 'ok' : result.failure.code, code, method)
    }

    const info = await call('app.info', {}) as { dialects: readonly { id: string }[]; host: string }
    assert.equal(info.host, 'browser')
    assert.ok(info.dialects.some((one) => one.id === 'haproxy'))
    const settings = await call('app.settings', {}) as object
    await call('app.saveSettings', { ...settings, theme: 'dark' } as never)
    assert.equal((await call('app.settings', {}) as { theme: string }).theme, 'dark')

    const before = await call('config.load', { input: { kind: 'sample', side: 'before' }, options }) as { configId: string; counts: { pools: number }; diagnostics: readonly unknown[] }
    const loaded = await call('config.load', { input: { kind: 'path', path: file }, options }) as { configId: string; source: string; hash: string; watchable: boolean }
    assert.ok(before.counts.pools > 0)
    assert.equal(loaded.source, file)
    assert.equal(loaded.watchable, true)
    const again = await call('config.load', { input: { kind: 'path', path: file }, options }) as { configId: string }
    assert.equal(again.configId, loaded.configId, 'the same input gives the same id')
    const dropped: ConfigInput = { kind: 'files', title: 'dropped', files: [{ path: 'haproxy.cfg', base64: sample.toString('base64') }] }
    assert.equal((await call('config.load', { input: dropped, options }) as { hash: string }).hash, loaded.hash)
    assert.equal((await call('config.text', { configId: loaded.configId, path: file }) as { text: string }).text, sample.toString())
    const part = await call('config.textPart', { configId: loaded.configId, path: file, around: { line: 10 }, lines: 4 }) as { text: string; startLine: number; startOffset: number; totalLines: number }
    assert.equal(part.text, sample.toString().split('\n').slice(part.startLine, part.startLine + 4).join('\n'))
    assert.deepEqual([part.startLine, part.totalLines], [8, sample.toString().split('\n').length])
    await call('config.checks', { configId: loaded.configId })
    const decisions = await call('config.decisions', { configId: loaded.configId }) as { table: { rows: readonly unknown[] } }
    assert.ok(decisions.table.rows.length > 5)
    await call('config.watch', { configId: loaded.configId, watch: true })
    await call('config.watch', { configId: loaded.configId, watch: false })
    assert.deepEqual((await call('config.find', { folder: work }) as readonly { path: string }[]).map((one) => one.path), [file])
    await call('app.remember', { title: 'pair', before: { kind: 'sample', side: 'before' }, after: { kind: 'path', path: file } })
    assert.equal((await call('app.recent', {}) as readonly unknown[]).length, 1)
    await call('app.saveTicks', { pair: 'one', ids: ['a'] })
    assert.deepEqual(await call('app.ticks', { pair: 'one' }), ['a'])

    const pair = { before: before.configId, after: loaded.configId }
    const comparison = await call('compare.run', pair) as { sentences: readonly unknown[]; text: { added: number }; }
    assert.ok(comparison.sentences.length > 0 && comparison.text.added > 0)
    const behaviour = await call('behaviour.compare', pair) as { verdict: string; differs: readonly { summary: string }[] }
    assert.deepEqual([behaviour.verdict, behaviour.differs[0]?.summary], ['changed', 'Requests for api.shop.example/v2/auth/… go to pool api instead of auth.'])
    assert.match((await call('compare.markdown', pair) as { text: string }).text, /^# /)
    const log = '192.0.2.9:4711 [20/Nov/2026:11:12:44.502] https-in~ auth/auth-1 0/0/0/3/3 200 638 - - ---- 1/1/0/0/0 0/0 "GET https://api.shop.example/v2/auth/login HTTP/2.0"\n'
    const weights = await call('behaviour.weigh', { ...pair, log: { title: 'access.log', base64: Buffer.from(log).toString('base64') } }) as { requests: number; shares: Readonly<Record<string, number>> }
    assert.deepEqual([weights.requests, Object.values(weights.shares).filter((share) => share > 0)], [1, [1]])
    const view = await call('topology.view', { ...pair, options: topology }) as { view: { nodes: readonly unknown[] }; totals: { changed: number } }
    assert.ok(view.view.nodes.length > 10 && view.totals.changed > 0)
    const traces = await call('trace.run', { configIds: [before.configId, loaded.configId], request }) as readonly { answer: { outcome: { pool?: string } }; lit: readonly string[] }[]
    assert.deepEqual(traces.map((one) => one.answer.outcome.pool), ['auth', 'api'])
    for (const trace of traces) {
      const columns = new Set(trace.lit.map((id) => id.split(':')[0]))
      assert.ok(['listener', 'route', 'pool', 'edge'].every((kind) => columns.has(kind)), trace.lit.join(' '))
    }

    const proof = await call('behaviour.prove', { ...pair, classIds: [] }) as ProofReport
    // Without a balancer the answer is an answer too.
    assert.ok(proof.state === 'proved' || (proof.state === 'unavailable' && process.env['STEELYARD_REQUIRE_BALANCERS'] !== '1'), proof.sentence)
    await refuse('behaviour.prove', { ...pair, classIds: ['no-such-class'] }, 'bad-params')

    const snapshot = await call('history.add', { configId: loaded.configId, note: 'first', author: 'ada' }) as { snapshotId: string }
    assert.equal((await call('history.sources', {}) as readonly unknown[]).length, 1)
    assert.equal((await call('history.list', { source: file }) as readonly unknown[]).length, 1)
    assert.equal((await call('history.approve', { snapshotId: snapshot.snapshotId, note: 'fine', by: 'ada' }) as { isKnownGood: boolean }).isKnownGood, true)
    const good = await call('config.load', { input: { kind: 'known-good', source: file }, options }) as { hash: string }
    assert.equal(good.hash, loaded.hash)
    writeFileSync(file, 'broken by hand\n')
    const plan = await call('history.planRestore', { snapshotId: snapshot.snapshotId, folder: null }) as { writes: readonly { action: string; removed: number }[] }
    assert.deepEqual(plan.writes.map((one) => [one.action, one.removed]), [['replace', 1]])
    await call('history.restore', { snapshotId: snapshot.snapshotId, folder: null })
    assert.deepEqual(readFileSync(file), sample)

    for (const format of ['svg', 'png', 'pdf'] as const) {
      const picture = await call('export.picture', { ...pair, topology, picture: { format, theme: 'light', scale: 1, title: '' } }) as { base64: string; width: number }
      assert.ok(picture.base64.length > 1000 && picture.width > 100, format)
    }
    const marks = await call('export.marks', { ...pair, topology, picture: { theme: 'light', title: '' } }) as { name: string; drawing: { width: number; marks: readonly { kind: string }[] } }
    assert.ok(marks.name.length > 0 && marks.drawing.width > 100 && marks.drawing.marks.filter((mark) => mark.kind === 'text').length > 10)
    const socket = path.join(folder, 'stats.sock')
    const balancer = await startFakeBalancer(socket, [{ name: 'api', rates: [30, 30] }])
    disposals.push(() => balancer.close())
    await refuse('live.start', { source: path.join(folder, 'nobody.sock'), configId: null, knownGoodId: null, intervalMs: 500, pastMinutes: 0, options, record: null, alerts: '' }, 'unreachable')
    await refuse('live.start', { source: 'ftp://x', configId: null, knownGoodId: null, intervalMs: 500, pastMinutes: 0, options, record: null, alerts: '' }, 'bad-params')
    await refuse('live.start', { source: socket, configId: null, knownGoodId: null, intervalMs: 500, pastMinutes: 0, options, record: { path: path.join(folder, 'none.lbrec'), limits: { megabytes: 0.5, hours: 168 } }, alerts: '' }, 'bad-params')
    const live = await call('live.start', { source: socket, configId: loaded.configId, knownGoodId: before.configId, intervalMs: 500, pastMinutes: 0, options, record: null, alerts: '' }) as LiveSessionInfo
    assert.deepEqual([live.kind, live.title, live.running?.configId, live.knownGood?.configId], ['live', socket, loaded.configId, before.configId])
    const { sessionId } = live
    assert.deepEqual((await call('live.sessions', {}) as readonly LiveSessionInfo[]).map((one) => one.sessionId), [sessionId])
    const firstSample = await call('live.at', { sessionId, atMs: null }) as LiveSample
    assert.equal(firstSample.pools.find((pool) => pool.name === 'api')?.rates.requests, null, 'one poll has no rate')
    const until = Date.now() + 20_000
    const rateNow = async (): Promise<number | null> => (await call('live.at', { sessionId, atMs: Date.now() }) as LiveSample).pools.find((pool) => pool.name === 'api')?.rates.requests ?? null
    while ((await rateNow()) === null && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.ok(Math.abs((await rateNow() ?? 0) - 60) < 20, `${String(await rateNow())} requests/s`)
    const range = (await call('live.session', { sessionId }) as LiveSessionInfo).range
    assert.ok(range !== null)
    const series = await call('live.series', { sessionId, keys: ['pool:api requests', 'pool:nobody requests'], fromMs: range.fromMs, toMs: range.toMs, points: 50 }) as SeriesAnswer
    assert.ok(series.times.length >= 2 && series.series[0]?.high.some((value) => value !== null) === true && series.series[1]?.high.every((value) => value === null) === true)
    await call('live.note', { sessionId, atMs: range.toMs, text: 'looked at by ada' })
    assert.ok((await call('live.marks', { sessionId }) as readonly TimelineMark[]).some((mark) => mark.kind === 'note' && mark.text === 'looked at by ada'))
    const waivers = [{ rule: 'health', pool: 'api', reason: 'a new disk', until: '2099-01-01' }]
    await call('live.waive', { sessionId, alerts: JSON.stringify({ waivers }) })
    await refuse('live.waive', { sessionId, alerts: '{"waivers":[{"rule":"health"}]}' }, 'bad-params')
    assert.ok((await call('live.marks', { sessionId }) as readonly TimelineMark[]).some((mark) => mark.text === 'Alert "health" of api is waived until 2099-01-01: a new disk'))
    assert.ok((await call('live.raw', { sessionId }) as { table: { rows: readonly unknown[] } }).table.rows.length === 4)
    const livePicture = await call('live.picture', { sessionId, atMs: null, topology, unit: 'requests', colour: 'errors', picture: { format: 'svg', theme: 'dark', scale: 1, title: 'now' } }) as { base64: string; name: string }
    assert.match(Buffer.from(livePicture.base64, 'base64').toString(), /60\/s|5\d\/s|6\d\/s/)
    assert.match(livePicture.name, /-live\.svg$/)
    await call('live.stop', { sessionId })
    const recorded = await call('live.openRecording', { input: { kind: 'sample' }, alerts: '' }) as LiveSessionInfo
    assert.equal(recorded.kind, 'recording')
    assert.ok(recorded.running !== null && recorded.knownGood !== null && recorded.range !== null && recorded.problems.length === 0)
    assert.ok((await call('live.at', { sessionId: recorded.sessionId, atMs: recorded.range.toMs }) as LiveSample).alerts.some((alert) => alert.key === 'silent:auth'))
    assert.match((await call('live.report', { sessionId: recorded.sessionId, format: 'markdown' }) as { text: string }).text, /^# Incident report: [^]*Pool auth has received nothing/)
    await refuse('live.waive', { sessionId: recorded.sessionId, alerts: '' }, 'unsupported')
    await refuse('live.openRecording', { input: { kind: 'bytes', title: 'x.lbrec', base64: 'aGVsbG8=' }, alerts: '' }, 'bad-answer')
    // Its alerts are told anew, by the settings of who opens it.
    await refuse('live.openRecording', { input: { kind: 'sample' }, alerts: '{' }, 'not-text')
    const without = await call('live.openRecording', { input: { kind: 'sample' }, alerts: JSON.stringify({ rules: { silent: { enabled: false } } }) }) as LiveSessionInfo
    const { alerts } = await call('live.at', { sessionId: without.sessionId, atMs: without.range?.toMs ?? null }) as LiveSample
    assert.deepEqual([alerts.some((alert) => alert.key === 'silent:auth'), alerts.some((alert) => alert.rule === 'share')], [false, true])
    await call('live.stop', { sessionId: without.sessionId })
    await call('live.stop', { sessionId: recorded.sessionId })
    await refuse('live.at', { sessionId, atMs: null }, 'not-found')
    assert.deepEqual(new Set(balancer.asked), new Set(['user;show info;show stat;show servers state\n']))
    await refuse('host.chooseFiles', { title: 'Open', folders: false, many: true }, 'unsupported')
    await refuse('host.saveFile', { name: 'a.svg', base64: '' }, 'unsupported')
    await refuse('host.secret', { key: 'http://lb.example/stats' }, 'unsupported')
    await refuse('host.keepSecret', { key: 'http://lb.example/stats', value: 'x' }, 'unsupported')

    assert.deepEqual(Object.keys(contract).filter((method) => !called.has(method as Name)), [], 'methods that this test never called')
    assert.deepEqual(faults, [])
  })

  test(`every method refuses malformed parameters through ${name}`, { timeout: 60_000 }, async () => {
    const transport = await open(path.join(scratch, `${name.replace(' ', '-')}-bad`))
    let next = 0
    for (const method of Object.keys(contract)) {
      for (const params of [null, [], 'text', 7, { surprise: true }, { configId: 7, snapshotId: [], before: 1, after: {}, input: { kind: 'elsewhere' }, options: null }]) {
        const result = await transport.send(`bad-${++next}`, method, params)
        assert.equal(result.ok ? 'ok' : result.failure.code, 'bad-params', `${method} ${JSON.stringify(params)}`)
      }
    }
    const unknown = await transport.send('unknown', 'app.format-disk', {})
    assert.equal(unknown.ok ? 'ok' : unknown.failure.code, 'bad-method')
    for (const method of ['config.checks', 'config.decisions'] as const) {
      const gone = await transport.send(`gone-${method}`, method, { configId: 'no-such-config' })
      assert.equal(gone.ok ? 'ok' : gone.failure.code, 'unknown-config')
    }
    assert.deepEqual(faults, [])
  })
}
