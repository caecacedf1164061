import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { dialectById } from '#shared/dialects/registry.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { reachablePools, toRoutes } from '#shared/view/routes.ts'
import { toSentences } from '#shared/view/sentences.ts'
import { toTopologyView } from '#shared/view/topology.ts'

/** Small generator with a seed, so that a failure can be run again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * below)
  }
}

const hosts = ['a.test', 'b.test', 'sub.a.test']
const paths = ['/', '/x', '/x/', '/x/y', '/xy', '/z.png', '/X/']
const tests = [
  'hdr(host) -i a.test', 'hdr(host) -i a.test b.test', 'hdr(host) a.test', 'hdr_end(host) -i .a.test', 'hdr_dom(host) a.test', 'path_beg /x', 'path_beg /x/', 'path_beg /x/ /z', 'path /x/y', 'path_end .png',
  'path_beg -i /x', 'path_sub y', 'method GET', 'method GET POST', 'req.hdr(x-k) -m found', 'req.hdr(x-k) 1', 'req.hdr_cnt(x-k) ge 1', 'path_dir x', 'src 127.0.0.0/8', 'path_reg ^/x',
]

function config(seed: number): string {
  const pick = randomNumbers(seed)
  const one = <T>(from: readonly T[]): T => from[pick(from.length)] as T
  const lines = ['frontend web', '    mode http', '    bind 127.0.0.1:8080']
  const names: string[] = []
  for (let index = 0; index < 4; index += 1) {
    names.push(`n${index}`)
    lines.push(`    acl n${index} ${one(tests)}`)
    if (pick(4) === 0) lines.push(`    acl n${index} ${one(tests)}`)
  }
  const term = (): string => (pick(3) === 0 ? `{ ${one(tests)} }` : `${pick(5) === 0 ? '!' : ''}${one(names)}`)
  const condition = (): string => {
    const text = Array.from({ length: 1 + pick(2) }, () => Array.from({ length: 1 + pick(2) }, term).join(' ')).join(' or ')
    return `${pick(8) === 0 ? 'unless' : 'if'} ${text}`
  }
  for (let index = 0; index < 4; index += 1) {
    const kind = pick(6)
    if (kind === 0) lines.push(`    http-request deny ${condition()}`)
    else if (kind === 1) lines.push(`    http-request set-path /x%[path] ${condition()}`)
    else if (kind === 2) lines.push(`    http-request allow ${condition()}`)
    else if (kind === 3) lines.push(`    http-request set-header x-k 1 ${condition()}`)
    else if (kind === 4) lines.push(`    http-request return status 200 ${condition()}`)
    else lines.push(`    http-request del-header x-k ${condition()}`)
  }
  for (let index = 0; index < 6; index += 1) lines.push(`    use_backend p${pick(4)} ${pick(12) === 0 ? '' : condition()}`)
  if (pick(2) === 0) lines.push(`    default_backend p${pick(4)}`)
  for (let index = 0; index < 4; index += 1) lines.push(`backend p${index}`, '    mode http', `    balance ${one(['roundrobin', 'leastconn'])}`, `    server s 127.0.0.1:900${index} weight ${1 + pick(3)}`, ...(pick(2) === 0 ? [`    server t 127.0.0.1:910${index}`] : []))
  return `${lines.join('\n')}\n`
}

function compile(text: string): RoutingModel {
  const dialect = dialectById('haproxy')
  assert.ok(dialect)
  const file = { path: 'haproxy.cfg', text, role: 'config' as const, encoding: 'utf-8' as const }
  return dialect.compile([{ file, tree: dialect.parse(file).tree }], { environment: {}, version: null, sideFiles: new Map() }).model
}

function request(pick: (below: number) => number): RequestInput {
  const one = <T>(from: readonly T[]): T => from[pick(from.length)] as T
  return {
    ...defaultRequest, listener: null, method: one(['GET', 'POST', 'HEAD']), host: one([...hosts, 'A.test', 'other', null]), path: `${one(paths)}${one(['', '?q', 'y'])}`,
    headers: pick(3) === 0 ? [['x-k', one(['1', '2', ''])]] : [], sourceIp: one(['127.0.0.1', '10.0.0.1']),
  }
}

test('a rule shown as never reached never decides, and an unreachable pool gets nothing, for random configs and requests', () => {
  let shadowed = 0
  let unreachable = 0
  for (let seed = 1; seed <= 400; seed += 1) {
    const text = config(seed)
    const model = compile(text)
    const listeners = toRoutes(model)
    const dead = new Set(listeners.flatMap((one) => one.routes).filter((route) => route.shadowedBy !== null).map((route) => route.placed.step.origin[0]?.start ?? -1))
    const reached = reachablePools(listeners)
    const idle = new Set(model.pools.filter((pool) => !reached.pools.has(pool.id)).map((pool) => pool.name))
    shadowed += dead.size
    unreachable += idle.size
    const router = prepareRouter(model)
    const pick = randomNumbers(seed * 7919)
    for (let count = 0; count < 60; count += 1) {
      const input = request(pick)
      const answer = router.route(input, { explain: false })
      const context = (): string => `seed ${seed}\n${text}\n${JSON.stringify(input)}`
      if (answer.rule !== null) assert.ok(!dead.has(answer.rule.start), `a dead rule decided: ${context()}`)
      if (answer.outcome.action === 'forward') assert.ok(!idle.has(answer.outcome.pool), `an idle pool was reached: ${context()}`)
    }
  }
  assert.ok(shadowed > 50, `the generator made ${shadowed} dead rules`)
  assert.ok(unreachable > 50, `and ${unreachable} idle pools`)
})

test('differences mirror each other, ids stay unique, and no sentence breaks, for random pairs of configs', () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const before = compile(config(seed))
    const after = compile(config(seed % 3 === 0 ? seed : seed + 1))
    const forward = diffTopology(before, after)
    const backward = diffTopology(after, before)
    const kinds = (difference: typeof forward, kind: string): number => difference.pools.filter((one) => one.kind === kind).length + difference.pools.flatMap((one) => one.members).filter((one) => one.kind === kind).length
    assert.equal(kinds(forward, 'added'), kinds(backward, 'removed'))
    assert.equal(kinds(forward, 'removed'), kinds(backward, 'added'))
    assert.equal(kinds(forward, 'changed'), kinds(backward, 'changed'))
    const view = toTopologyView(after, before, 'x', forward)
    const ids = new Set(view.nodes.map((node) => node.id))
    assert.equal(ids.size, view.nodes.length, `node ids, seed ${seed}`)
    assert.equal(new Set(view.edges.map((edge) => edge.id)).size, view.edges.length, `edge ids, seed ${seed}`)
    assert.ok(view.edges.every((edge) => ids.has(edge.from) && ids.has(edge.to)), `edges end at boxes, seed ${seed}`)
    assert.deepEqual(JSON.parse(JSON.stringify(view)), view)
    const sentences = toSentences(before, after, view, forward)
    assert.equal(new Set(sentences.map((one) => one.id)).size, sentences.length, `sentence ids, seed ${seed}`)
    for (const sentence of sentences) {
      assert.match(sentence.text, /^[\p{L}\d].*\.$/su, sentence.text)
      assert.doesNotMatch(sentence.text, /undefined|\bnull\b|NaN| {2}/)
      for (const id of sentence.highlights) assert.ok(ids.has(id), `${sentence.text} highlights ${id}, seed ${seed}`)
    }
    if (seed % 3 === 0) {
      assert.deepEqual(sentences, [])
      assert.ok(view.nodes.every((node) => node.change === 'same'))
    }
  }
})
