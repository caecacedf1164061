import { describeAction, isSecretHeader } from '#shared/model/describe.ts'
import type { DecidingRule, Destination } from '#shared/model/decision-space/deciding-rule.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Example, NamedRule } from './answer.ts'
import { placeKey, type Lines } from './lines.ts'

const longest = 90

/** Printable and not too long: a request that was made up may hold any byte. */
function shown(text: string): string {
  const plain = [...text].map((character) => (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) ? `%${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}` : character)).join('')
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain
}

/** `GET http://api.example/v2/x with header x-canary: 1`. Values of secret headers are hidden. */
function requestWords({ method, scheme, host, path, headers, sourceIp, sni }: RequestInput, readable: boolean): string {
  if (!readable) return sni === null ? 'a TLS connection without a server name' : `a TLS connection for ${shown(sni)}`
  const target = path.startsWith('/') ? path : ` ${path}`
  const place = host === null ? `${path} without a Host` : `${scheme}://${host}${target}`
  const lines = headers.slice(0, 3).map(([name, value]) => `header ${name}${value === '' ? '' : `: ${isSecretHeader(name) ? '•••' : shown(value)}`}`)
  const from = sourceIp === '203.0.113.7' ? '' : ` from ${sourceIp}`
  return `${shown(method)} ${shown(place)}${lines.length === 0 ? '' : ` with ${lines.join(' and ')}${headers.length > 3 ? ' and more' : ''}`}${from}`
}

/** To follow a request: "goes to pool api". */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.action) {
    case 'forward': return `goes to pool ${outcome.pool}`
    case 'split': return `is split between pools ${outcome.pools.map((part) => part.pool).join(' and ')}`
    case 'redirect': return `is redirected (${outcome.status})`
    case 'respond': return `is answered with ${outcome.status}`
    case 'deny': return `is denied with ${outcome.status}`
    case 'serve': return `is served from ${outcome.root}`
    case 'close': return 'has its connection closed'
    case 'unmodelled': return 'ends in something that is not modelled'
  }
}

/** `GET http://api.example/ goes to pool api`. */
export function exampleWords({ request, readable, outcome }: Example): string {
  return `${requestWords(request, readable)} ${outcomeWords(outcome)}`
}

/** `send to pool api if path starts with /x`. */
export function ruleWords({ does, when }: Pick<NamedRule, 'does' | 'when'>): string {
  return when === '' ? does : `${does} if ${when}`
}

/** A deciding rule by its line; by its destination where it has none. */
export function nameOf(lines: Lines, rule: DecidingRule, owner: string): NamedRule {
  const line = rule.at === null ? undefined : lines.get(placeKey(rule.at))
  return line === undefined ? { at: rule.at, owner, does: destinationWords(rule.destination), when: '' } : { at: line.at, owner: line.owner, does: line.does, when: line.when }
}

function destinationWords(destination: Destination): string {
  switch (destination.kind) {
    case 'forward': return `send to pool ${destination.pool}`
    case 'split': return 'split between pools'
    case 'redirect': return `redirect ${destination.status}`
    case 'respond': return `answer ${destination.status} here`
    case 'deny': return `deny with ${destination.status}`
    case 'close': return describeAction({ kind: 'close' })
    case 'serve': return describeAction({ kind: 'serve', root: destination.root })
    case 'unmodelled': return destination.text
  }
}

/** Field of a variable: `path`, `header x-canary`. */
export function fieldWords(key: string): string {
  const colon = key.indexOf(':')
  if (colon === -1) return key.startsWith('local-ip') ? 'destination address' : key.replace('source-ip', 'source address').replaceAll('-', ' ')
  const name = key.slice(colon + 1).replace(/ as lines$/, '')
  const kind = key.slice(0, colon)
  return kind === 'parameter' ? `query parameter ${name}` : kind === 'local-port' ? 'destination port' : `${kind} ${name}`
}

export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1] as string}`
}
