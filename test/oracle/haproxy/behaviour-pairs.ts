import { requestFault } from '#shared/analyses/route/request-state.ts'
import { edited } from '#test/support/behaviour-edits.ts'
import { smallConfig, textOf, type SmallConfig } from '#test/support/behaviour-configs.ts'
import { boundaryRequests, type SentRequest } from '#test/support/boundary-requests.ts'
import { generateConfig } from './generator.ts'
import { seededRandom, type Random } from './random.ts'

/** Two configs that a small edit lies between, with requests around their literals. */
export interface ConfigPair {
  readonly before: SmallConfig
  readonly after: SmallConfig
  readonly requests: readonly SentRequest[]
}

export interface PairOptions {
  readonly seed: number
  readonly bindHost: string
  readonly bindPorts: readonly [number, number, number]
  readonly stubPorts: readonly number[]
  readonly folder: string
  /** Requests to draw. */
  readonly requests: number
}

const touchable = /^\s+(acl|use_backend|http-request|redirect|default_backend|tcp-request content|server|balance|use-server|monitor|cookie)/

/** A config of the large generator and a line edit or two. */
function largePair(options: PairOptions): ConfigPair {
  const generated = generateConfig({ ...options, count: () => undefined })
  const random = seededRandom(options.seed * 7 + 1)
  const lines = generated.config.split('\n')
  const before: SmallConfig = { lines, sideFiles: generated.sideFiles }
  const after: SmallConfig = { lines: lineEdits(random, lines), sideFiles: generated.sideFiles }
  const requests = generated.requests.filter(({ input }) => requestFault(input) === null && !(input.host ?? '').includes(','))
  return { before, after, requests }
}

function lineEdits(random: Random, lines: readonly string[]): readonly string[] {
  const out = [...lines]
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    const places = out.flatMap((line, index) => (touchable.test(line) ? [index] : []))
    const place = random.pick(places)
    const change = (edit: (line: string) => string): void => { out[place] = edit(out[place] ?? '') }
    switch (random.int(7)) {
      case 0: out.splice(place, 1); break
      case 1: {
        const next = places[places.indexOf(place) + 1]
        if (next !== undefined) [out[place], out[next]] = [out[next] ?? '', out[place] ?? '']
        break
      }
      case 2: change((line) => line.replace(/ -i\b/, '')); break
      case 3: change((line) => line.replace(/\bif\b/, 'unless')); break
      case 4: change((line) => line.replace(/\bb([1-5])\b/, () => `b${1 + random.int(5)}`)); break
      case 5: change((line) => line.replace(/(path|hdr)_(beg|end|sub)/, (_, name: string) => `${name}_${random.pick(['beg', 'end', 'sub'])}`)); break
      default: change((line) => line.replace(/ (?:or|\|\|) /, ' '))
    }
  }
  return out
}

/** A config of the small generator and its edits, with requests of the product of boundary values. */
function smallPair(options: PairOptions): ConfigPair {
  const random = seededRandom(options.seed)
  const before = smallConfig(random, options)
  const after = edited(random, before)
  const bound = before.lines.filter((line) => /^\s+bind /.test(line)).length
  const texts = [before, after].flatMap((config) => [textOf(config), ...config.sideFiles.values()])
  const requests = boundaryRequests({ random, texts, bindHost: options.bindHost, ports: options.bindPorts.slice(0, bound), cap: options.requests })
  return { before, after, requests }
}

/** Odd seeds give small configs, even ones large configs. */
export function configPair(options: PairOptions): ConfigPair {
  return options.seed % 2 === 1 ? smallPair(options) : largePair(options)
}
