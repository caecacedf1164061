import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { requestFault } from '#shared/analyses/route/request-state.ts'
import { placeKey } from '#shared/analyses/shadowing/lines.ts'
import { takersBefore } from '#shared/analyses/shadowing/reach.ts'
import { ruleAt } from '#shared/analyses/shadowing/search.ts'
import { findShadowing, surveyOf, type Survey } from '#shared/analyses/shadowing/shadowing.ts'
import { flagsOf } from '#shared/analyses/shadowing/stable.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { modelOf } from '#shared/model/decision-space/model-of.ts'
import { requestOf } from '#shared/model/decision-space/request-of.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { evaluateFormula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import { oracleEnvironment } from '#test/oracle/haproxy/conditions.ts'
import { generateConfig } from '#test/oracle/haproxy/generator.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { seededRandom, type Random } from '#test/oracle/haproxy/random.ts'

const budget = { maxBranches: 4000, spent: () => false }
const figures = { configs: 0, rules: 0, dead: 0, together: 0, requests: 0, alive: 0, confirmed: 0, uncertain: 0, inexpressible: 0, undecided: 0, hidden: 0, overlaps: 0, unmatched: 0 }

/** Where a rule sends requests, as far as the simulator names it. */
function decision(rule: DecidingRule): string {
  return `${rule.at === null ? '' : placeKey(rule.at)} ${rule.destination.kind === 'forward' ? rule.destination.pool : ''}`
}

function decided(rule: Span | null, outcome: Outcome): string {
  return `${rule === null ? '' : placeKey(rule)} ${outcome.action === 'forward' ? outcome.pool : ''}`
}

/** Decisions of which every rule, through every way in, is proved dead. */
function deadDecisions({ reached, lines }: Survey): ReadonlySet<string> {
  const dead = new Set<string>()
  const living = new Set<string>()
  for (const [{ side }, verdicts] of reached) for (const [index, rule] of side.rules.entries()) (verdicts[index]?.kind === 'dead' && rule.at !== null && lines.has(placeKey(rule.at)) ? dead : living).add(decision(rule))
  return new Set([...dead].filter((one) => !living.has(one)))
}

/** Lines of which every decision is one of `dead`. */
function deadPlaces({ reached }: Survey, dead: ReadonlySet<string>): ReadonlySet<string> {
  const rules = [...reached.keys()].flatMap(({ side }) => side.rules)
  const living = new Set(rules.flatMap((rule) => (rule.at === null || dead.has(decision(rule)) ? [] : [placeKey(rule.at)])))
  return new Set(rules.flatMap((rule) => (rule.at === null || living.has(placeKey(rule.at)) ? [] : [placeKey(rule.at)])))
}

function look(text: string, model: RoutingModel, requests: readonly RequestInput[]): void {
  const router = prepareRouter(model)
  const judge = (request: RequestInput) => router.route(request, { explain: false })
  const survey = surveyOf(model, { judge, budget, reported: () => false })
  const dead = deadDecisions(survey)
  const places = deadPlaces(survey, dead)
  const context = (request: RequestInput): string => `${text}\n${JSON.stringify(request)}`
  figures.configs += 1
  figures.dead += dead.size
  for (const request of requests) {
    const { rule, outcome } = judge(request)
    figures.requests += 1
    assert.ok(!dead.has(decided(rule, outcome)) && !places.has(placeOrNone(rule) ?? ''), `a rule that was proved dead decided: ${context(request)}`)
  }
  for (const [way, verdicts] of survey.reached) {
    figures.rules += verdicts.length
    for (const [index, verdict] of verdicts.entries()) {
      if (verdict.kind === 'undecided') figures.undecided += 1
      if (verdict.kind !== 'reached') continue
      figures.alive += 1
      const rule = ruleAt(way.side, index)
      const before = takersBefore(survey.search, way, index).map((other) => ruleAt(way.side, other))
      const solution = survey.search.solver.solve([rule.formula, ...before.map((one) => survey.search.space.world.not(one.formula))], budget)
      assert.ok(solution.kind === 'sat')
      const request = requestOf(survey.search.space.world, solution.witness, way.arrival)
      const judged = judge(request)
      // Whatever the solver names must really come out, unless something opaque has a say.
      if (!judged.certain || [rule, ...before].some((one) => flagsOf(survey.search.space.world, one.formula).size > 0)) {
        figures.uncertain += 1
        continue
      }
      // Parts of a request vary on their own there; a query without a path is no request.
      if (!isExpressed(survey, rule, before, request, way.arrival)) {
        figures.inexpressible += 1
        continue
      }
      const servers = judged.outcome.action === 'respond' && rule.destination.kind === 'forward'
      assert.equal(servers ? placeOrNone(judged.rule) : decided(judged.rule, judged.outcome), servers ? placeOrNone(rule.at) : decision(rule), context(request))
      figures.confirmed += 1
    }
  }
  if (figures.configs % 2 === 0) return
  const answer = findShadowing(model, { judge, budget, reported: () => false })
  figures.together += answer.dead.filter((one) => one.takers.length > 1).length
  figures.hidden += answer.hidden.length
  figures.overlaps += answer.overlaps.length
  figures.unmatched += answer.unmatched.length
  for (const one of answer.dead) {
    for (const { example, at } of one.takers) if (example !== null) assert.equal(placeOrNone(judge(example.request).rule), placeOrNone(at))
  }
  for (const { example } of answer.unmatched) assert.equal(judge(example.request).rule, null, context(example.request))
  assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer)
}

/** The request that was made satisfies what the solver was asked for. */
function isExpressed({ search }: Survey, rule: DecidingRule, before: readonly DecidingRule[], request: RequestInput, arrival: Arrival): boolean {
  const model = modelOf(request, arrival, Number((request.listener ?? '').split(':').pop()))
  const holds = (one: DecidingRule): boolean => evaluateFormula(search.space.world, one.formula, model, () => null) === true
  return holds(rule) && !before.some(holds)
}

const placeOrNone = (span: Span | null): string | null => (span === null ? null : placeKey(span))

const hosts = ['a.test', 'b.test', 'sub.a.test']
const paths = ['/', '/x', '/x/', '/x/y', '/xy', '/z.png', '/X/', '/x/y.png']
const tests = [
  'hdr(host) -i a.test', 'hdr(host) -i a.test b.test', 'hdr(host) a.test', 'hdr_end(host) -i .a.test', 'hdr_dom(host) a.test', 'path_beg /x', 'path_beg /x/', 'path_beg /x/ /z', 'path /x/y', 'path_end .png', 'path_beg /x/y /z /X',
  'path_beg -i /x', 'path_sub y', 'method GET', 'method GET POST', 'method POST PUT', 'req.hdr(x-k) -m found', 'req.hdr(x-k) 1', 'req.hdr_cnt(x-k) ge 1', 'path_dir x', 'src 127.0.0.0/8', 'src 0.0.0.0/1 128.0.0.0/1', 'path_reg ^/x', 'rand(2) 0', 'nbsrv(p1) gt 1', 'always_false', 'hdr_end(host) -i .test', 'path_beg /z', 'method GET HEAD', 'path_beg /x /X',
]

/** Few hosts, paths and headers, so that rules often meet. */
function smallConfig(random: Random): string {
  const lines = ['frontend web', '    mode http', '    bind 127.0.0.1:8080', ...(random.chance(0.3) ? ['    bind 127.0.0.1:8443 ssl crt /x.pem'] : [])]
  const names = Array.from({ length: 4 }, (_, index) => `n${index}`)
  for (const name of names) for (let count = random.chance(0.25) ? 2 : 1; count > 0; count -= 1) lines.push(`    acl ${name} ${random.pick(tests)}`)
  const term = (): string => (random.chance(0.3) ? `{ ${random.pick(tests)} }` : `${random.chance(0.2) ? '!' : ''}${random.pick(names)}`)
  const onlyPairs = random.chance(0.4)
  const condition = (): string => onlyPairs ? `if { ${random.pick(tests)} } { ${random.pick(tests)} }` : `${random.chance(0.12) ? 'unless' : 'if'} ${Array.from({ length: 1 + random.int(2) }, () => Array.from({ length: 1 + random.int(2) }, term).join(' ')).join(' or ')}`
  const effects = ['http-request deny', 'http-request set-path /x%[path]', 'http-request allow', 'http-request set-header x-k 1', 'http-request return status 200', 'http-request del-header x-k', 'http-request redirect location /q']
  for (let index = onlyPairs ? 4 : 0; index < 4; index += 1) lines.push(`    ${random.pick(effects)} ${condition()}`)
  for (let index = 0; index < 9; index += 1) lines.push(`    use_backend p${random.int(4)} ${random.chance(0.05) ? '' : condition()}`)
  if (random.chance(0.5)) lines.push(`    default_backend p${random.int(4)}`)
  for (let index = 0; index < 4; index += 1) lines.push(`backend p${index}`, '    mode http', ...(random.chance(0.3) ? [`    http-request deny if { ${random.pick(tests)} }`] : []), `    server s 127.0.0.1:900${index}`, '    server t 127.0.0.1:9100')
  return `${lines.join('\n')}\n`
}

function smallRequest(random: Random): RequestInput {
  const host = random.pick([...hosts, 'A.test', 'other', null])
  return {
    ...defaultRequest, method: random.pick(['GET', 'POST', 'HEAD', 'PUT']), host, path: `${random.pick(paths)}${random.pick(['', '', '?q', 'y'])}`,
    headers: random.chance(0.4) ? [['x-k', random.pick(['1', '2', ''])]] : [], sourceIp: random.pick(['127.0.0.1', '10.0.0.1', '203.0.113.7']),
  }
}

test('over few hosts and paths, a rule proved dead never decides, and each living one does', () => {
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = seededRandom(seed)
    const text = smallConfig(random)
    look(text, compileConfig(text, new Map(), {}).model, Array.from({ length: 500 }, () => smallRequest(random)))
  }
  assert.ok(figures.dead > 200, `the generator made ${figures.dead} dead decisions`)
  assert.ok(figures.together > 50, `and ${figures.together} that only several rules cover together`)
})

test('so it is over every condition, map and rewrite that the product is tested with', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const made = generateConfig({ seed, requests: 400, bindHost: '127.0.0.1', bindPorts: [8001, 8002, 8003], stubPorts: Array.from({ length: 12 }, (_, index) => 9000 + index), folder: '/maps', count: () => {} })
    // A Host of several names is assumed away, and a request that is refused for its form meets no rule.
    const requests = made.requests.map(({ input }) => input).filter((input) => requestFault(input) === null && !(input.host ?? '').includes(','))
    look(made.config, compileConfig(made.config, made.sideFiles, oracleEnvironment).model, requests)
  }
  console.log(`shadowing: ${JSON.stringify(figures)}`)
  assert.ok(figures.requests > 100_000, `${figures.requests} requests were routed`)
  assert.ok(figures.confirmed > 1000, `${figures.confirmed} living rules were confirmed by the simulator`)
  assert.ok(figures.inexpressible * 50 < figures.confirmed, `${figures.inexpressible} solutions were no requests`)
  assert.ok(figures.overlaps > 5 && figures.hidden > 20 && figures.unmatched > 5, 'the generator made overlaps, hidden values and requests without a rule')
})
