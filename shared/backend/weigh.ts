import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { TrafficWeights } from '#shared/rpc/payloads.ts'
import { behaviourOf, comparisonOf } from './behaviour.ts'
import { accessLogLimitBytes, tooLarge } from './limits.ts'
import type { Pair, PairStore } from './pairs.ts'
import type { Ports } from './ports.ts'
import { recognise } from './traffic/recognise.ts'
import { weighCounters } from './traffic/weigh-counters.ts'
import { weighRequests } from './traffic/weigh-requests.ts'

export function weighHandlers(ports: Ports, pairs: PairStore): Pick<Handlers<SteelyardContract>, 'behaviour.weigh'> {
  return {
    'behaviour.weigh'({ before, after, log }) {
      const pair = pairs(before, after)
      if (!pair.ok) return Promise.resolve(pair)
      if (pair.value.before === null) return Promise.resolve(failed('bad-params', 'Weighing classes of requests takes two configs.'))
      const bytes = ports.bytes.fromBase64(log.base64)
      if (bytes.length > accessLogLimitBytes) return Promise.resolve(tooLarge(log.title, bytes.length, accessLogLimitBytes))
      return Promise.resolve(ok(weighPair(ports, pair.value, ports.bytes.decode(bytes).text, log.title)))
    },
  }
}

/**
 * Share of real requests of each class of a comparison, from `text`: an access log, or a page of Prometheus counters.
 *
 * Errors: none. What is neither comes back as format `unrecognised` with no requests, and says so in `assumptions`.
 * `title`: name of the file, for sentences.
 */
export function weighPair(ports: Ports, pair: Pair, text: string, title: string): TrafficWeights {
  const behaviour = behaviourOf(ports, pair)
  const before = pair.before ?? pair.after
  const found = recognise(text, before)
  if (found.kind === 'counters') return weighCounters(behaviour, found.counters)
  if (found.kind === 'nothing') {
    return { format: 'unrecognised', requests: 0, skipped: 0, shares: Object.fromEntries(behaviour.differs.map((one) => [one.id, 0])), unknownShare: 0, assumptions: [nothingWords(text, title)] }
  }
  const alias = comparisonOf(ports, pair)?.comparison.alias ?? ((pool: string): string => pool)
  return weighRequests({ before: before.model, after: pair.after.model, diff: behaviour, alias }, text, found.reader)
}

function nothingWords(text: string, title: string): string {
  if (text.trim() === '') return `${title} is empty.`
  if (text.startsWith('\u001f\u008b') || text.startsWith('PK\u0003\u0004') || text.startsWith('BZh')) return `${title} is compressed; unpack it first.`
  return `No line of ${title} is a request that can be read: HAProxy's httplog, httpslog and CLF, nginx's and Apache's combined, JSON lines and Prometheus counters are.`
}
