import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { judgeOf } from '#shared/backend/behaviour.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import type { ComparedPair } from '#test/support/behaviour-pair.ts'
import { coveredPools, listenerCovers, listenerOf, portOf, verdictOf } from '#test/support/behaviour-verdict.ts'
import { describe, type ServerPorts } from '../haproxy/compare.ts'
import { freePorts, openWorkshop, ownAddress, releasePorts, toWire } from '../haproxy/harness.ts'
import { seededRandom, type Random } from '../haproxy/random.ts'
import { exchange, startStubs, type Reply, type Stubs } from '../haproxy/stubs.ts'
import { disagreement } from './compare.ts'
import { editLookup } from './lookups.ts'
import { generateConfig } from './generator.ts'
import { compileConfig, startNginx } from './harness.ts'

export interface BehaviourFigures {
  pairs: number
  /** Edits that the real server does not take. */
  refused: number
  classes: number
  witnesses: number
  /** Requests that no class and no unknown region of their pair covers, sent to both real servers. */
  unchanged: number
  identical: number
  unknown: number
  /** Requests for which the two simulators differ, and the comparison has to say so. */
  differing: number
  readonly disagreements: string[]
}

/** Random configs and edits of them: every request that is met differently is in a class or unknown, and real servers confirm the witnesses. */
export async function runBehaviourCampaign(options: { readonly firstSeed: number; readonly pairs: number; readonly unchangedEach: number; readonly workers: number }): Promise<BehaviourFigures> {
  const figures: BehaviourFigures = { pairs: 0, refused: 0, classes: 0, witnesses: 0, unchanged: 0, identical: 0, unknown: 0, differing: 0, disagreements: [] }
  let seed = options.firstSeed
  await Promise.all(Array.from({ length: options.workers }, async () => {
    const stubs = await startStubs(12)
    try {
      while (figures.pairs < options.pairs && figures.disagreements.length < 3) {
        seed += 1
        await onePair(figures, seed, options.unchangedEach, stubs)
      }
    } finally {
      await stubs.close()
    }
  }))
  return figures
}

async function onePair(figures: BehaviourFigures, seed: number, count: number, stubs: Stubs): Promise<void> {
  const ports = await freePorts(2)
  const workshop = openWorkshop()
  try {
    const generated = generateConfig({ seed, requests: count * 3, bindHost: ownAddress, bindPorts: ports, stubPorts: stubs.ports, count: () => undefined })
    const random = seededRandom(seed * 31 + 7)
    let edited = generated.config
    for (let tries = 0; tries < 20 && edited === generated.config; tries += 1) edited = edit(random, generated.config)
    const pair = comparedPair(generated.config, edited)
    figures.pairs += 1
    figures.classes += pair.result.diff.differs.length
    if (pair.result.diff.unknown.length > 0) figures.unknown += 1
    else if (pair.result.diff.differs.length === 0) figures.identical += 1
    const account = (about: string, input: RequestInput): string => `seed ${seed} ${about}\n${toWire(input).trim()}\nto ${input.listener ?? ''}\n${changedLines(generated.config, edited)}\n${generated.config}`
    const covered = coveredPools(pair)
    const unchanged: RequestInput[] = []
    for (const input of generated.requests) {
      // Fragments and line ends are left out of the comparison, and that is said.
      if (/#|%0a/i.test(input.path)) continue
      if (listenerOf(pair, { input, port: portOf(input) }) === null) {
        const differs = JSON.stringify(pair.judge.before(input).outcome) !== JSON.stringify(pair.judge.after(input).outcome)
        if (differs && !listenerCovers(pair, portOf(input))) figures.disagreements.push(account('reaches no listener on one side and the comparison does not say so', input))
        continue
      }
      const { differs, place } = verdictOf(pair, { input, port: portOf(input) }, covered)
      const { pair: found, mayDiffer, byPool } = place()
      if (differs === false && found === null && !mayDiffer && !byPool && pair.result.diff.unknown.length === 0 && unchanged.length < count) unchanged.push(input)
      if (differs !== true) continue
      figures.differing += 1
      if (found === null && !mayDiffer && !byPool && pair.result.diff.unknown.length === 0) figures.disagreements.push(account('is met differently and the comparison does not say so', input))
    }
    const witnesses = pair.result.diff.differs.flatMap((one) => one.members.map(({ witness }) => ({ summary: one.summary, input: { ...witness, sourceIp: '127.0.0.1' } })))
    const asked = [...witnesses.map(({ input }) => input), ...unchanged]
    const replies = { before: await ask(generated.config, asked), after: await ask(edited, asked) }
    if (replies.before === null || replies.after === null) {
      figures.refused += 1
      return
    }
    const sides = { before: prepareRouter(pair.before), after: prepareRouter(pair.after) }
    for (const [index, { summary, input }] of witnesses.entries()) {
      figures.witnesses += 1
      for (const side of ['before', 'after'] as const) {
        const answer = sides[side].route(input, { explain: false })
        const wrong = answer.certain ? disagreement(answer, replies[side]?.[index] as Reply, serversOf(side === 'before' ? generated.config : edited, generated.servers)) : null
        if (wrong !== null) figures.disagreements.push(account(`witness of "${summary}", ${side}: ${wrong}`, input))
      }
    }
    for (const [index, input] of unchanged.entries()) {
      figures.unchanged += 1
      const [was, is] = ([['before', generated.config], ['after', edited]] as const).map(([side, config]) => told(replies[side]?.[witnesses.length + index] as Reply, serversOf(config, generated.servers), side === 'before' ? (pool) => pool : pair.alias))
      if (was !== is) figures.disagreements.push(account(`is called unchanged: ${was ?? ''} before, ${is ?? ''} after`, input))
    }
  } finally {
    releasePorts(ports)
    workshop.dispose()
  }
}

/** A reply in words; which server of a pool answers is a matter of balancing. */
function told(reply: Reply, servers: ServerPorts, alias: (pool: string) => string): string {
  return describe(reply, servers).replace(/^(\S+?)\/\S+/, (_, pool: string) => alias(pool))
}

/** Null: the real server does not take the config. */
async function ask(config: string, inputs: readonly RequestInput[]): Promise<readonly Reply[] | null> {
  const workshop = openWorkshop()
  try {
    const ports = [...new Set([...config.matchAll(/listen [\d.]+:(\d+)/g)].map((match) => Number(match[1])))]
    const server = await startNginx(workshop, config, ports.map((port) => ({ host: ownAddress, port }))).catch(() => null)
    if (server === null) return null
    try {
      const replies: Reply[] = []
      for (let at = 0; at < inputs.length; at += atOnce) {
        replies.push(...await Promise.all(inputs.slice(at, at + atOnce).map(patiently)))
      }
      return replies
    } finally {
      await server.stop()
    }
  } finally {
    workshop.dispose()
  }
}

const atOnce = 32

/** Asks again where no answer came in time: a long comparison in this process keeps everything else waiting. */
async function patiently(input: RequestInput): Promise<Reply> {
  const ask = (): Promise<Reply> => exchange({ port: portOf(input), host: ownAddress, localAddress: input.sourceIp, bytes: Buffer.from(toWire(input), 'utf8').toString('latin1'), timeoutMs: 4000 })
  let reply = await ask()
  for (let again = 0; again < 3 && reply.kind === 'timeout'; again += 1) reply = await ask()
  return reply
}

export function comparedPair(one: string, other: string): ComparedPair {
  const [before, after] = [compileConfig(one).model, compileConfig(other).model]
  const changes = diffTopology(before, after).pools
  const both = changes.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : []))
  const poolNames = new Map(changes.flatMap((change): (readonly [string, string])[] => (change.kind === 'renamed' ? [[(change.after as Pool).name, (change.before as Pool).name]] : [])))
  const judge = judgeOf(before, after)
  const started = performance.now()
  const result = compareBehaviour(before, after, { judge, changedPools: both, poolNames, budget: { maxBranches: 20_000, spent: () => performance.now() - started > 20_000 }, milliseconds: () => performance.now() })
  return { before, after, judge, result, alias: (pool) => poolNames.get(pool) ?? pool, changedPools: new Set(both.map((pool) => pool.before.name)) }
}

function serversOf(config: string, servers: ServerPorts): ServerPorts {
  const found = new Map(servers)
  for (const [, group = '', body = ''] of config.matchAll(/^upstream (\S+) \{([^}]*)\}/gm)) for (const [, port = '0'] of body.matchAll(/127\.0\.0\.1:(\d+)/g)) found.set(Number(port), { pool: group.toLowerCase(), server: `127.0.0.1:${port}` })
  return found
}

/** One to three edits of lines of servers, groups and maps. */
export function edit(random: Random, config: string): string {
  const lines = config.split('\n')
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const places = lines.flatMap((line, index) => (/^(?:location|server_name|rewrite|if|upstream|map|error_page|set|proxy_set_header|listen)/.test(line) ? [index] : []))
    const place = random.pick(places)
    const change = (by: (line: string) => string): void => { lines[place] = by(lines[place] ?? '') }
    switch (random.int(14)) {
      case 12: case 13: {
        const lookup = random.pick(lines.flatMap((line, index) => (/^(?:split_clients|geo|map)/.test(line) ? [index] : [])))
        lines[lookup] = editLookup(random, lines[lookup] ?? '')
        break
      }
      case 0: if (!/^(?:upstream|map|listen)/.test(lines[place] ?? '')) lines.splice(place, 1)
        break
      case 1: {
        const next = places[places.indexOf(place) + 1]
        if (next !== undefined) [lines[place], lines[next]] = [lines[next] ?? '', lines[place] ?? '']
        break
      }
      case 2: change((line) => line.replace('^~ ', '')); break
      case 3: change((line) => line.replace('= "', '"')); break
      case 4: change((line) => line.replace(/location ~ /, 'location ~* ')); break
      case 5: change((line) => line.replace(/http:\/\/(?:app|Media|auth_1|static)/, () => `http://${random.pick(['app', 'Media', 'auth_1', 'static'])}`)); break
      case 6: change((line) => line.replace(/(http:\/\/\w+)\/base\/?;/, '$1;')); break
      case 7: change((line) => line.replace(/ last;/, ' break;')); break
      case 8: change((line) => line.replace(/default \w+;/, '')); break
      case 9: change((line) => line.replace(/(listen [\d.:]+);/, '$1 default_server;')); break
      case 10: change((line) => line.replace(/weight=3|down|backup/, '')); break
      default: change((line) => line.replace(/"(\/[a-z]+)\/?"/, '"$1"').replace(/return 40\d/, 'return 403').replace('a.test', 'aa.test'))
    }
  }
  return lines.join('\n')
}

function changedLines(before: string, after: string): string {
  const [one, other] = [before.split('\n'), after.split('\n')]
  return [...one.filter((line) => !other.includes(line)).map((line) => `- ${line}`), ...other.filter((line) => !one.includes(line)).map((line) => `+ ${line}`)].join('\n')
}
