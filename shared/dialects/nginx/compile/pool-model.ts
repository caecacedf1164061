import type { Member, MemberOptions, Pool } from '#shared/model/pool.ts'
import type { Directive, Word } from '../tree.ts'
import { argument, childrenOf, named } from './words.ts'

const membersProperty: PropertyDescriptor & ThisType<PoolModel> = {
  enumerable: true,
  configurable: true,
  get() {
    return PoolModel.membersOf(this)
  },
}

/**
 * A group whose members are made when first asked for: big configs have tens of thousands that no picture shows, and what is
 * wrong with their lines is found without them.
 *
 * A class, because an accessor in an object literal would make each of many thousand pools a slow dictionary. `members` is an
 * own property all the same, so that copies and JSON have it.
 */
export class PoolModel implements Pool {
  readonly id: Pool['id']
  readonly name: Pool['name']
  readonly kind: Pool['kind']
  readonly protocol: Pool['protocol']
  readonly enabled = true
  readonly entry = null
  declare readonly members: readonly Member[]
  readonly algorithm: Pool['algorithm']
  readonly selectors: Pool['selectors'] = none
  readonly persistence: Pool['persistence'] = none
  readonly allBackups = true
  readonly check = null
  readonly retries: Pool['retries'] = retries
  readonly timeoutsMs: Pool['timeoutsMs'] = nothing
  readonly settings: Pool['settings']
  readonly origin: Pool['origin']
  readonly #upstream: Directive
  readonly #count: number
  readonly #options: Map<string, MemberOptions>
  #members: readonly Member[] | null = null

  /** `count`: how many servers the block `upstream` has; `options`: what pools share, by the words that say so. */
  constructor(parts: Pick<Pool, 'id' | 'name' | 'kind' | 'protocol' | 'algorithm' | 'settings' | 'origin'>, upstream: Directive, count: number, options: Map<string, MemberOptions>) {
    this.id = parts.id
    this.name = parts.name
    this.kind = parts.kind
    this.protocol = parts.protocol
    this.algorithm = parts.algorithm
    this.settings = parts.settings
    this.origin = parts.origin
    this.#upstream = upstream
    this.#count = count
    this.#options = options
    Object.defineProperty(this, 'members', membersProperty)
  }

  get memberCount(): number {
    return this.#count
  }

  static membersOf(pool: PoolModel): readonly Member[] {
    pool.#members ??= membersOf(pool.id, named(childrenOf(pool.#upstream), 'server'), pool.#options)
    return pool.#members
  }
}

const none: readonly never[] = []
const nothing: Readonly<Record<string, never>> = {}
const retries: Pool['retries'] = { count: 0, redispatch: true, on: [] }

export const plainMember: MemberOptions = { weight: 1, level: 0, state: 'enabled', check: null, observed: true, maxConnections: null, tls: false, sendProxy: false, cookie: null, number: null, settings: {} }

function membersOf(pool: string, servers: readonly Directive[], options: Map<string, MemberOptions>): readonly Member[] {
  const counts = new Map<string, number>()
  return servers.map((directive) => {
    const address = argument(directive, 0)
    const count = (counts.get(address) ?? 0) + 1
    counts.set(address, count)
    const name = count === 1 ? address : `${address}#${count}`
    return { id: `${pool}/server:${name}`, name, address, ...hostAndPort(address, 80), portOffset: 0, origin: [directive.span], options: optionsOf(directive, options) }
  })
}

function optionsOf({ args }: Directive, known: Map<string, MemberOptions>): MemberOptions {
  if (args.length === 1) return plainMember
  let key = ''
  for (let index = 1; index < args.length; index += 1) {
    const { value } = args[index] as Word
    // The length says where a word ends, whatever it holds.
    key += `${value.length} ${value}`
  }
  let options = known.get(key)
  if (options === undefined) known.set(key, options = readOptions(args.slice(1).map(({ value }) => value)))
  return options
}

function readOptions(words: readonly string[]): MemberOptions {
  const options = Object.fromEntries(words.map((word) => {
    const equals = word.indexOf('=')
    return equals === -1 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)]
  })) as Readonly<Record<string, string>>
  const { weight, max_conns: limit, backup, down, ...settings } = options
  return {
    ...plainMember, weight: weight === undefined ? 1 : Number(weight), level: backup === undefined ? 0 : 1, state: down === undefined ? 'enabled' : 'disabled',
    observed: settings['max_fails'] !== '0', maxConnections: limit === undefined || limit === '0' ? null : Number(limit), settings,
  }
}

export function hostAndPort(address: string, defaultPort: number): { readonly host: string; readonly port: number | null } {
  if (address.startsWith('unix:')) return { host: address.slice(5).replace(/:$/, ''), port: null }
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(address)
  return { host: match?.[1] ?? address, port: match?.[2] === undefined ? defaultPort : Number(match[2]) }
}
