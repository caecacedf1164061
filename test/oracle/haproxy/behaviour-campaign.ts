import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { RequestInput } from '#shared/model/request.ts'
import { prepareRouter, type RouteAnswer } from '#shared/analyses/route/index.ts'
import { textOf, type SmallConfig } from '#test/support/behaviour-configs.ts'
import { compareTexts, type ComparedPair } from '#test/support/behaviour-pair.ts'
import { coveredPools, portOf, verdictOf } from '#test/support/behaviour-verdict.ts'
import type { SentRequest } from '#test/support/boundary-requests.ts'
import { configPair, type ConfigPair } from './behaviour-pairs.ts'
import { describe, disagreement, type ServerPorts } from './compare.ts'
import { oracleEnvironment } from './conditions.ts'
import { freePorts, openWorkshop, ownAddress, releasePorts, startHaproxy, toWire, type Workshop } from './harness.ts'
import { exchange, startStubs, type Reply, type Stubs } from './stubs.ts'

export interface BehaviourFigures {
  pairs: number
  /** Edits that the real server does not take. */
  refused: number
  classes: number
  witnesses: number
  /** Witnesses that cannot be sent from a loopback address. */
  unsendable: number
  unchanged: number
  identical: number
  unknown: number
  readonly disagreements: string[]
}

export interface CampaignOptions {
  readonly firstSeed: number
  readonly pairs: number
  readonly workers: number
  /** Requests of each pair that the answer calls unchanged. */
  readonly unchangedEach: number
  readonly maximumDisagreements: number
}

/** What one request is expected to do, and did, on each side. */
interface Exchange {
  readonly sent: SentRequest
  readonly expected: { readonly before: RouteAnswer; readonly after: RouteAnswer } | null
  readonly about: string
}

/** Starts both configs of each pair and replays witnesses, and requests that the comparison calls unchanged. */
export async function runBehaviourCampaign(options: CampaignOptions): Promise<BehaviourFigures> {
  const figures: BehaviourFigures = { pairs: 0, refused: 0, classes: 0, witnesses: 0, unsendable: 0, unchanged: 0, identical: 0, unknown: 0, disagreements: [] }
  let seed = options.firstSeed
  const worker = async (): Promise<void> => {
    const stubs = await startStubs(12)
    try {
      while (figures.pairs < options.pairs && figures.disagreements.length < options.maximumDisagreements) {
        seed += 1
        await onePair(figures, options, seed - 1, stubs)
      }
    } finally {
      await stubs.close()
    }
  }
  await Promise.all(Array.from({ length: options.workers }, worker))
  return figures
}

async function onePair(figures: BehaviourFigures, options: CampaignOptions, seed: number, stubs: Stubs): Promise<void> {
  const workshop = openWorkshop()
  const bindPorts = await freePorts(3)
  try {
    const [first = 0, second = 0, third = 0] = bindPorts
    const pair = configPair({ seed, bindHost: ownAddress, bindPorts: [first, second, third], stubPorts: stubs.ports, folder: workshop.folder, requests: options.unchangedEach * 3 })
    if (![pair.before, pair.after].every((config) => accepts(workshop, config))) {
      figures.refused += 1
      return
    }
    figures.pairs += 1
    const compared = compareTexts({ main: [textOf(pair.before)], sideFiles: pair.before.sideFiles }, { main: [textOf(pair.after)], sideFiles: pair.after.sideFiles }, oracleEnvironment)
    const exchanges = [...witnessesOf(figures, compared), ...unchangedOf(figures, compared, pair, options.unchangedEach)]
    const servers = { before: serversOf(pair.before), after: serversOf(pair.after), alias: compared.alias }
    const before = await replies(workshop, pair.before, exchanges)
    const after = await replies(workshop, pair.after, exchanges)
    for (const [index, one] of exchanges.entries()) {
      const difference = judge(one, before[index] as Reply, after[index] as Reply, servers)
      if (difference !== null) figures.disagreements.push(`seed ${seed} ${one.about}: ${difference}\n${toWire(one.sent.input).trim()}\nfrom ${one.sent.input.sourceIp} to port ${one.sent.port}\n${accountOf(pair)}`)
    }
  } finally {
    releasePorts(bindPorts)
    workshop.dispose()
  }
}

/** Would the real server start with it? Its side files are written on the way. */
function accepts(workshop: Workshop, config: SmallConfig): boolean {
  for (const [file, text] of config.sideFiles) writeFileSync(file, text)
  const file = path.join(workshop.folder, 'checked.cfg')
  writeFileSync(file, textOf(config))
  return spawnSync('haproxy', ['-c', '-f', file], { env: { ...process.env, ...oracleEnvironment } }).status === 0
}

/** Every witness, from a loopback address that means the same to both configs. */
function witnessesOf(figures: BehaviourFigures, { judge: sides, result, before, after }: ComparedPair): readonly Exchange[] {
  const routers = { before: prepareRouter(before), after: prepareRouter(after) }
  const found: Exchange[] = []
  figures.classes += result.diff.differs.length
  if (result.diff.unknown.length > 0) figures.unknown += 1
  else if (result.diff.differs.length === 0) figures.identical += 1
  for (const one of result.diff.differs) {
    for (const member of one.members) {
      const same = (input: RequestInput): boolean => (['before', 'after'] as const).every((side) => JSON.stringify(sides[side](input).outcome) === JSON.stringify(member[side].outcome))
      const input = sources(member.witness).find(same)
      const port = portOf(member.witness)
      if (input === undefined || port === 0) {
        figures.unsendable += 1
        continue
      }
      figures.witnesses += 1
      const expected = (side: 'before' | 'after'): RouteAnswer => ({ ...routers[side].route(input, { explain: false }), outcome: member[side].outcome })
      found.push({ sent: { input, port }, expected: { before: expected('before'), after: expected('after') }, about: `witness of "${one.summary}"` })
    }
  }
  return found
}

function sources(request: RequestInput): readonly RequestInput[] {
  const own = request.sourceIp.startsWith('127.') ? [request.sourceIp] : []
  return [...own, '127.0.0.1', '127.0.0.9', '127.200.1.1', '127.0.0.2', '127.0.0.4'].map((sourceIp) => ({ ...request, sourceIp }))
}

/** Requests that are in no class of a comparison that left nothing open. */
function unchangedOf(figures: BehaviourFigures, compared: ComparedPair, { requests }: ConfigPair, count: number): readonly Exchange[] {
  if (compared.result.diff.unknown.length > 0) return []
  const pools = coveredPools(compared)
  const found: Exchange[] = []
  for (const sent of requests) {
    if (found.length >= count) break
    const verdict = verdictOf(compared, sent, pools)
    // Live state and chance decide anew on each server.
    const { mayDiffer, byPool } = verdict.place()
    if (verdict.pairs.length > 0 || mayDiffer || byPool || verdict.differs === null) continue
    found.push({ sent, expected: null, about: 'request that the comparison calls unchanged' })
  }
  figures.unchanged += found.length
  return found
}

async function replies(workshop: Workshop, config: SmallConfig, exchanges: readonly Exchange[]): Promise<readonly Reply[]> {
  for (const [file, text] of config.sideFiles) writeFileSync(file, text)
  const ports = [...textOf(config).matchAll(/^\s+bind \S+:(\d+)/gm)].map((match) => Number(match[1]))
  const server = await startHaproxy(workshop, textOf(config), ports.map((port) => ({ host: ownAddress, port })), oracleEnvironment)
  const found: Reply[] = []
  let next = 0
  try {
    await Promise.all(Array.from({ length: 16 }, async () => {
      while (next < exchanges.length) {
        const at = next
        next += 1
        const { input, port } = (exchanges[at] as Exchange).sent
        const ask = (): Promise<Reply> => exchange({ port, host: ownAddress, localAddress: input.sourceIp, bytes: Buffer.from(toWire(input), 'utf8').toString('latin1'), timeoutMs: 4000 })
        let reply = await ask()
        // On a machine that is busy with other things everything may stand still for a while.
        for (let again = 0; again < 3 && reply.kind === 'timeout'; again += 1) reply = await ask()
        found[at] = reply
      }
    }))
  } finally {
    await server.stop()
  }
  return found
}

interface Servers {
  readonly before: ServerPorts
  readonly after: ServerPorts
  /** Name that a pool of the after side is compared by. */
  readonly alias: (pool: string) => string
}

/** Null: as expected, or alike on both sides. */
function judge({ expected }: Exchange, before: Reply, after: Reply, servers: Servers): string | null {
  if (expected !== null) {
    const found = [['before', disagreement(expected.before, before, servers.before)] as const, ['after', disagreement(expected.after, after, servers.after)] as const].flatMap(([side, text]) => (text === null ? [] : [`${side}: ${text}`]))
    return found.length === 0 ? null : found.join('; ')
  }
  // Which server of a pool answers is a matter of balancing.
  const shown = (reply: Reply, ports: ServerPorts, alias: (pool: string) => string): string => describe(reply, ports).replace(/^(\S+?)\/\S+/, (_, pool: string) => alias(pool))
  return shown(before, servers.before, (pool) => pool) === shown(after, servers.after, servers.alias) ? null : `${describe(before, servers.before)} before, ${describe(after, servers.after)} after`
}

/** Which server of which pool stands behind a port; edits may move a server to another pool. */
function serversOf({ lines }: SmallConfig): ServerPorts {
  const found = new Map<number, { readonly pool: string; readonly server: string }>()
  let pool = ''
  for (const line of lines) {
    pool = /^(?:backend|listen|frontend) (\S+)/.exec(line)?.[1] ?? pool
    const [, template, name = '', port] = /^\s+server(-template)? (\S+) (?:\S+ )?127\.0\.0\.1:(\d+)/.exec(line) ?? []
    if (port !== undefined) found.set(Number(port), { pool, server: template === undefined ? name : `${name}1` })
  }
  return found
}

function accountOf({ before, after }: ConfigPair): string {
  const gone = before.lines.filter((line) => !after.lines.includes(line)).map((line) => `- ${line}`)
  const come = after.lines.filter((line) => !before.lines.includes(line)).map((line) => `+ ${line}`)
  return [...gone, ...come, textOf(before), ...[...before.sideFiles].map(([file, text]) => `--- ${file}\n${text}`)].join('\n')
}
