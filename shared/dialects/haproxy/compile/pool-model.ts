import type { Member, Pool } from '#shared/model/pool.ts'
import type { HaproxyTree } from '../tree.ts'
import { settledMembers } from './member-sink.ts'
import type { MemberSource } from './member-sink.ts'

const membersProperty: PropertyDescriptor & ThisType<PoolModel> = {
  enumerable: true,
  configurable: true,
  get() {
    return PoolModel.membersOf(this)
  },
}

/**
 * A pool whose members are made when first asked for.
 *
 * A class, because an accessor written in an object literal would make each of many thousand pools a slow dictionary.
 * `members` is an own property all the same, so that copies and JSON have it. Holds on to the tree and to what the members
 * need, not to the draft.
 */
export class PoolModel implements Pool {
  readonly id: Pool['id']
  readonly name: Pool['name']
  readonly kind: Pool['kind']
  readonly protocol: Pool['protocol']
  readonly enabled: Pool['enabled']
  readonly entry: Pool['entry']
  declare readonly members: readonly Member[]
  readonly algorithm: Pool['algorithm']
  readonly selectors: Pool['selectors']
  readonly persistence: Pool['persistence']
  readonly allBackups: Pool['allBackups']
  readonly check: Pool['check']
  readonly retries: Pool['retries']
  readonly timeoutsMs: Pool['timeoutsMs']
  readonly settings: Pool['settings']
  readonly origin: Pool['origin']
  readonly #tree: HaproxyTree
  readonly #runStart: number
  readonly #runCount: number
  readonly #slots: MemberSource['slots']
  readonly #plainDefaults: MemberSource['plainDefaults']
  #members: readonly Member[] | null = null

  constructor(parts: Omit<Pool, 'members' | 'memberCount'>, source: MemberSource, tree: HaproxyTree) {
    this.id = parts.id
    this.name = parts.name
    this.kind = parts.kind
    this.protocol = parts.protocol
    this.enabled = parts.enabled
    this.entry = parts.entry
    this.algorithm = parts.algorithm
    this.selectors = parts.selectors
    this.persistence = parts.persistence
    this.allBackups = parts.allBackups
    this.check = parts.check
    this.retries = parts.retries
    this.timeoutsMs = parts.timeoutsMs
    this.settings = parts.settings
    this.origin = parts.origin
    this.#tree = tree
    this.#runStart = source.runStart
    this.#runCount = source.runCount
    this.#slots = source.slots
    this.#plainDefaults = source.plainDefaults
    Object.defineProperty(this, 'members', membersProperty)
  }

  get memberCount(): number {
    return this.#runCount + this.#slots.length
  }

  static membersOf(pool: PoolModel): readonly Member[] {
    pool.#members ??= settledMembers({ name: pool.name, runStart: pool.#runStart, runCount: pool.#runCount, slots: pool.#slots, plainDefaults: pool.#plainDefaults }, pool.#tree)
    return pool.#members
  }
}
