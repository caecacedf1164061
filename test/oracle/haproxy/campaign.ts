import { writeFileSync } from 'node:fs'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { describe, disagreement } from './compare.ts'
import { oracleEnvironment } from './conditions.ts'
import { generateConfig, type Generated } from './generator.ts'
import { compileConfig, freePorts, openWorkshop, ownAddress, releasePorts, startHaproxy, toWire } from './harness.ts'
import type { AimedRequest } from './requests.ts'
import { exchange, startStubs, type Stubs } from './stubs.ts'

export interface CampaignResult {
  readonly configs: number
  readonly requests: number
  readonly uncertain: number
  /** A minimal account of each disagreement: seed, config, request, both answers. */
  readonly disagreements: readonly string[]
  /** How often each construct was written, sorted by name. */
  readonly constructs: ReadonlyMap<string, number>
  /** Outcomes by kind, to see that the requests reach all of them. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly doubts: ReadonlyMap<string, number>
}

export interface CampaignOptions {
  readonly firstSeed: number
  readonly configs: number
  readonly requestsEach: number
  /** Configs at once, each with its own server process. */
  readonly workers: number
  /** Requests at once per config. */
  readonly concurrency: number
  /** Stop after so many disagreements. */
  readonly maximumDisagreements: number
}

/** Random configs against the real server: pool, server, path, method, Host, status and Location have to agree. */
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

  const worker = async (): Promise<void> => {
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
  }

  const oneConfig = async (seed: number, stubs: Stubs): Promise<void> => {
    const workshop = openWorkshop()
    const ports = await freePorts(3)
    try {
      const generated = generateConfig({
        seed, requests: options.requestsEach, bindHost: ownAddress, bindPorts: ports, stubPorts: stubs.ports, folder: workshop.folder, count: construct => { add(constructs, construct) },
      })
      for (const [file, text] of generated.sideFiles) writeFileSync(file, text)
      const router = prepareRouter(compileConfig(generated.config, generated.sideFiles, oracleEnvironment).model)
      const server = await startHaproxy(workshop, generated.config, ports.map(port => ({ host: ownAddress, port })), oracleEnvironment).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n${generated.config}`)
      })
      try {
        await inParallel(generated.requests, options.concurrency, async request => {
          const answer = router.route(request.input, { explain: false })
          requests += 1
          if (!answer.certain) {
            uncertain += 1
            add(doubts, answer.depends[0] === undefined ? 'nothing named' : `${answer.depends[0].text}: ${answer.depends[0].reason}`)
            return
          }
          add(outcomes, answer.outcome.action)
          const reply = await ask(request)
          const difference = disagreement(answer, reply, generated.servers)
          if (difference !== null && disagreements.length < options.maximumDisagreements) {
            disagreements.push(account(generated, request, `${difference}\nsimulated: ${JSON.stringify(answer.outcome)}\nreal: ${describe(reply, generated.servers)}`, router))
          }
        })
      } finally {
        await server.stop()
      }
    } finally {
      releasePorts(ports)
      workshop.dispose()
    }
  }

  await Promise.all(Array.from({ length: options.workers }, worker))
  return { configs, requests, uncertain, disagreements, constructs: new Map([...constructs].sort()), outcomes, doubts }
}

function ask(request: AimedRequest): ReturnType<typeof exchange> {
  const bytes = Buffer.from(toWire(request.input), 'utf8').toString('latin1')
  return exchange({ port: request.port, host: ownAddress, localAddress: request.input.sourceIp, bytes, timeoutMs: 3000 })
}

async function inParallel<T>(items: readonly T[], width: number, run: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, async () => {
    while (next < items.length) {
      const item = items[next] as T
      next += 1
      await run(item)
    }
  }))
}

function account(generated: Generated, request: AimedRequest, difference: string, router: ReturnType<typeof prepareRouter>): string {
  const explained = router.route(request.input, { explain: true })
  const steps = explained.steps.map(step => `  ${step.matched === null ? '?' : step.matched ? 'yes' : 'no '} ${generated.config.slice(step.at.start, step.at.end)}  [${step.reason}]${step.became === null ? '' : ` → ${step.became}`}`)
  const files = [...generated.sideFiles].map(([file, text]) => `--- ${file}\n${text}`).join('')
  return [`seed ${generated.seed}: ${difference}`, `request:\n${toWire(request.input).trim()}\nfrom ${request.input.sourceIp} to port ${request.port}`, 'steps:', ...steps, 'config:', generated.config + files].join('\n')
}
