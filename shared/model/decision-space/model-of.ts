import { toBytes } from '#shared/requests/bytes.ts'
import { cookieValues, headerElements, queryParameterValues, splitTarget } from '#shared/requests/http-values.ts'
import { parseIp } from '#shared/requests/ip.ts'
import { addressWord } from '#shared/requests/languages/addresses.ts'
import { argumentValue, normalisedHost, parseNormalisedTarget, type NormalisedTarget } from '#shared/requests/normalised-target.ts'
import type { Value, Variable } from '#shared/requests/space/variable.ts'
import { evaluateFormula, type Formula, type Model, type World } from '#shared/requests/space/world.ts'
import type { RequestInput } from '../request.ts'
import type { Listener } from '../routing-model.ts'
import type { Arrival } from './state.ts'

/** Does `request`, as it is sent to `arrival`, satisfy all of `required`, as far as the modelled conditions tell? */
export function mayLieIn(world: World, required: readonly Formula[], request: RequestInput, arrival: Arrival): boolean {
  const port = /:(\d+)$/.exec(request.listener ?? '')?.[1] ?? String(arrival.listener.addresses[0]?.fromPort ?? 0)
  const model = modelOf(request, arrival, Number(port))
  const known = new Map<Formula, boolean | null>()
  return required.every((formula) => evaluateFormula(world, formula, model, () => null, known) !== false)
}

/** A request as values of the variables; the inverse of `requestOf`. `localPort`: the port it was sent to. */
export function modelOf(request: RequestInput, { listener }: Arrival, localPort: number): Model {
  const values: (Value | undefined)[] = []
  const sent = sentAs(request)
  return {
    valueOf(variable) {
      if (variable.derived !== undefined) return variable.derived.compute(this)
      let value = values[variable.id]
      if (value === undefined) {
        value = valueFrom(request, sent, variable, localPort, listener)
        values[variable.id] = value
      }
      return value
    },
  }
}

interface Sent {
  readonly target: string
  readonly path: string | null
  readonly query: string | null
  readonly form: string
  /** Scheme of a target that is a whole URL; null: it is none. */
  readonly scheme: string | null
  /** What follows the `*` of a target, up to the query. */
  readonly rest: string
  readonly lines: (name: string) => readonly string[]
}

const noLines: readonly string[] = []

function sentAs(request: RequestInput): Sent {
  const target = toBytes(request.path)
  const { pathAt, form } = splitTarget(target)
  const origin = pathAt === -1 ? null : target.slice(pathAt)
  // `*?v=1` has a query and no path (measured on 2.6).
  const question = (origin ?? (form === 'asterisk' ? target : '')).indexOf('?')
  const byName = new Map<string, string[]>()
  for (const [name, value] of request.headers) {
    const line = toBytes(value).replace(/^[ \t]+|[ \t]+$/g, '')
    const lower = name.toLowerCase()
    const known = byName.get(lower)
    if (known === undefined) byName.set(lower, [line])
    else known.push(line)
  }
  return {
    target, path: origin === null ? null : (origin.split('?', 1)[0] ?? ''), query: question === -1 ? null : (origin ?? target).slice(question + 1),
    form: form === 'absolute' || request.httpVersion === '2' ? 'absolute' : 'origin', scheme: form === 'absolute' && request.httpVersion !== '2' ? (/^[^:]*/.exec(target)?.[0] ?? '') : null,
    rest: form === 'asterisk' ? (target.slice(1).split('?', 1)[0] ?? '') : '', lines: (name) => byName.get(name) ?? noLines,
  }
}

function normalised(target: string): NormalisedTarget | null {
  const parsed = parseNormalisedTarget(target)
  return parsed.ok ? parsed : null
}

/** A name with capitals or a port. */
const namedHost = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?::[0-9]+)?$/

function address(text: string | null): string | null {
  const ip = text === null ? null : parseIp(text)
  return ip === null ? null : addressWord(ip)
}

function valueFrom(request: RequestInput, { target, path, query, form, scheme, rest, lines }: Sent, { key }: Variable, localPort: number, listener: Listener): Value {
  const colon = key.indexOf(':')
  if (colon === -1) {
    switch (key) {
      case 'path': return path
      case 'query': return query
      case 'normalised-path': return normalised(target)?.path ?? null
      case 'host-name': {
        const parsed = normalised(target)
        const sent = parsed?.authority ?? (request.host === null ? null : toBytes(request.host).trim())
        return sent === null ? null : normalisedHost(sent)
      }
      case 'other-path': return path
      case 'other-host': case 'strange-host': return request.host === null ? null : toBytes(request.host).trim()
      case 'host': return request.host === null ? (lines('host')[0] ?? null) : toBytes(request.host).trim()
      case 'method': return toBytes(request.method)
      case 'form': return form
      case 'target-scheme': return scheme ?? (listener.tls === null ? 'http' : 'https')
      case 'target-rest': return rest
      case 'http-version': return request.httpVersion === '2' ? '2.0' : request.httpVersion
      case 'source-ip': return address(request.sourceIp)
      case 'source-port': return String(request.sourcePort)
      case 'local-ip': return address(request.destinationIp ?? '127.0.0.1')
      case 'sni': return request.sni === null ? null : toBytes(request.sni)
      case 'alpn-peeked': return request.alpn.map(toBytes)
      default: return key.startsWith('local-ip ') ? address(key.slice(9)) : null
    }
  }
  const name = key.slice(colon + 1)
  switch (key.slice(0, colon)) {
    case 'spelling': {
      const sent = name === 'path' ? path : request.host === null ? null : toBytes(request.host).trim()
      const read = name === 'path' ? normalised(target)?.path : sent === null ? null : normalisedHost(sent)
      return sent === read ? 'plain' : name === 'host' && sent !== null && !namedHost.test(sent) ? 'strange' : 'other'
    }
    case 'header': return name.endsWith(' as lines') ? lines(name.slice(0, -9)) : lines(name).flatMap(headerElements)
    case 'cookie': return lines('cookie').flatMap(headerElements).flatMap((element) => cookieValues(element, toBytes(name)))
    case 'argument': return argumentValue(query ?? '', name, '&')
    case 'parameter': return queryParameterValues(target, toBytes(name), '?')
    case 'local-port': return String(localPort)
    case 'alpn': return (listener.tls?.alpn ?? []).find((protocol) => request.alpn.includes(protocol)) ?? null
    // An IPv6 address has colons of its own.
    default: return key.startsWith('local-ip ') ? address(key.slice(9)) : null
  }
}
