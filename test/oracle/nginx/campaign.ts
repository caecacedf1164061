import { prepareRouter } from '#shared/analyses/route/index.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { describe } from '../haproxy/compare.ts'
import { freePorts, openWorkshop, ownAddress, releasePorts, toWire } from '../haproxy/harness.ts'
import { exchange, startStubs, type Stubs } from '../haproxy/stubs.ts'
import { disagreement } from './compare.ts'
import { generateConfig, type Generated } from './generator.ts'
import { compileConfig, startNginx } from './harness.ts'

export interface CampaignResult {
  readonly configs: number
  readonly requests: number
  readonly uncertain: number
  readonly disagreements: readonly string[]
  readonly constructs: ReadonlyMap<string, number>
  readonly outcomes: ReadonlyMap<string, number>
  readonly doubts: ReadonlyMap<string, number>
}

export interface CampaignOptions {
  readonly firstSeed: number
  readonly configs: number
  readonly requestsEach: number
  readonly workers: number
  readonly concurrency: number
  readonly maximumDisagreements: number
}

/** Random configs against the real server: pool, server, target, method, Host, status and Location have to agree. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const constructs = new Map<string, number>()
  const outcomes = new Map<string, number>()
  const doubts = new Map<string, number>()
  const disagreements: string[] = []
  const add = (map: Map<string, number>, key: string): void => { map.set(key, (map.get(key) ?? 0) + 1) }
  let requests = 0
  let uncertain = 0
  let configs = 0
  let next = 0

  const oneConfig = async (seed: number, stubs: Stubs): Promise<void> => {
    const workshop = openWorkshop()
    const ports = await freePorts(2)
    try {
      const generated = generateConfig({ seed, requests: options.requestsEach, bindHost: ownAddress, bindPorts: ports, stubPorts: stubs.ports, count: (construct) => { add(constructs, construct) } })
      const router = prepareRouter(compileConfig(generated.config).model)
      const server = await startNginx(workshop, generated.config, ports.map((port) => ({ host: ownAddress, port }))).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n${generated.config}`)
      })
      try {
        const open = [...generated.requests]
        await Promise.all(Array.from({ length: options.concurrency }, async () => {
          for (let request = open.shift(); request !== undefined; request = open.shift()) {
            const answer = router.route(request, { explain: false })
            requests += 1
            if (!answer.certain) {
              uncertain += 1
              add(doubts, answer.depends[0] === undefined ? 'nothing named' : `${answer.depends[0].text}: ${answer.depends[0].reason}`)
              continue
            }
            add(outcomes, answer.outcome.action)
            const reply = await ask(request)
            const difference = disagreement(answer, reply, generated.servers)
            if (difference !== null && disagreements.length < options.maximumDisagreements) {
              disagreements.push(account(generated, request, `${difference}\nsimulated: ${JSON.stringify(answer.outcome)}\nreal: ${describe(reply, generated.servers)}`, router))
            }
          }
        }))
      } finally {
        await server.stop()
      }
    } finally {
      releasePorts(ports)
      workshop.dispose()
    }
  }

  await Promise.all(Array.from({ length: options.workers }, async () => {
    const stubs = await startStubs(12)
    try {
      while (next < options.configs && disagreements.length < options.maximumDisagreements) {
        const seed = options.firstSeed + next
        next += 1
        await oneConfig(seed, stubs)
        configs += 1
      }
    } finally {
      await stubs.close()
    }
  }))
  return { configs, requests, uncertain, disagreements, constructs: new Map([...constructs].sort()), outcomes, doubts }
}

function ask(request: RequestInput): ReturnType<typeof exchange> {
  const port = Number(/:(\d+)$/.exec(request.listener ?? '')?.[1] ?? 0)
  return exchange({ port, host: ownAddress, localAddress: request.sourceIp, bytes: Buffer.from(toWire(request), 'utf8').toString('latin1'), timeoutMs: 3000 })
}

function account(generated: Generated, request: RequestInput, difference: string, router: ReturnType<typeof prepareRouter>): string {
  const explained = router.route(request, { explain: true })
  const steps = explained.steps.filter((step) => step.matched !== false).map((step) => `  ${step.matched === null ? '?' : 'yes'} ${step.scope}: ${generated.config.slice(step.at.start, Math.min(step.at.end, step.at.start + 80)).replaceAll('\n', ' ')}  [${step.reason}]${step.became === null ? '' : ` → ${step.became}`}`)
  return [`seed ${generated.seed}: ${difference}`, `request:\n${toWire(request).trim()}\nfrom ${request.sourceIp} to ${request.listener ?? ''}`, 'steps:', ...steps, 'config:', generated.config].join('\n')
}
