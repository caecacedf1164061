import { array, boolean, literal, nullable, number, object, SchemaError, string, type Schema } from '#shared/schema/schema.ts'
import type { Admin, Count, Health, LiveRow, ServerState } from '#shared/live/snapshot.ts'
import { DamagedRecord } from './byte-reader.ts'

/** Numbers of one row, in the order of `spreadRow`. What changes in most polls comes first, so that its marks fit into one or two bytes. */
export const valueCount = 23
/** Slot that counts seconds by itself. */
export const ageSlot = 8
const gaugeSlots = [6, 7, ageSlot, 12, 20]
const timeSumSlot = 21
/** Slots of values that go up and down. */
export const isGauge: readonly boolean[] = Array.from({ length: valueCount }, (_, slot) => gaugeSlots.includes(slot))
/** Slots whose changes may be of either sign or no whole number; all others are counts. */
export const isLoose: readonly boolean[] = isGauge.map((gauge, slot) => gauge || slot === timeSumSlot)

/** Numbers of a row, exactly. */
export function valuesOf(row: LiveRow): readonly Count[] {
  const { counters, gauges } = row
  return [
    counters.requests, counters.connections, counters.selections, counters.bytesIn, counters.bytesOut, counters.status2xx, gauges.sessions, gauges.responseMs,
    row.kind === 'pool' ? row.stateSeconds : null, counters.status4xx, counters.status3xx, counters.status5xx, gauges.queued, counters.retries, counters.status1xx, counters.statusOther,
    counters.failedConnections, counters.failedResponses, counters.denied, counters.redispatches, gauges.sessionLimit,
    counters.responseMsTotal ?? null, counters.responsesTimed ?? null,
  ]
}

/** The same as doubles at `at` of `into`, with NaN for no value. False: a value is none that doubles can hold apart from others; then the row is written in full. */
export function spreadRow(row: LiveRow, into: Float64Array, at: number): boolean {
  const { counters, gauges } = row
  let isTold = put(counters.requests, into, at)
  isTold = put(counters.connections, into, at + 1) && isTold
  isTold = put(counters.selections, into, at + 2) && isTold
  isTold = put(counters.bytesIn, into, at + 3) && isTold
  isTold = put(counters.bytesOut, into, at + 4) && isTold
  isTold = put(counters.status2xx, into, at + 5) && isTold
  isTold = put(gauges.sessions, into, at + 6) && isTold
  isTold = put(gauges.responseMs, into, at + 7) && isTold
  isTold = put(row.kind === 'pool' ? row.stateSeconds : null, into, at + ageSlot) && isTold
  isTold = put(counters.status4xx, into, at + 9) && isTold
  isTold = put(counters.status3xx, into, at + 10) && isTold
  isTold = put(counters.status5xx, into, at + 11) && isTold
  isTold = put(gauges.queued, into, at + 12) && isTold
  isTold = put(counters.retries, into, at + 13) && isTold
  isTold = put(counters.status1xx, into, at + 14) && isTold
  isTold = put(counters.statusOther, into, at + 15) && isTold
  isTold = put(counters.failedConnections, into, at + 16) && isTold
  isTold = put(counters.failedResponses, into, at + 17) && isTold
  isTold = put(counters.denied, into, at + 18) && isTold
  isTold = put(counters.redispatches, into, at + 19) && isTold
  isTold = put(gauges.sessionLimit, into, at + 20) && isTold
  const { responseMsTotal = null, responsesTimed = null } = counters
  isTold = put(responseMsTotal, into, at + timeSumSlot) && isTold
  return put(responsesTimed, into, at + 22) && isTold
}

function put(value: Count, into: Float64Array, at: number): boolean {
  if (typeof value === 'number') {
    into[at] = value
    return value === value
  }
  into[at] = NaN
  return value === null
}

/** Whether the numbers of a row at `at` can be told by differences: counts are whole numbers, and nothing is -0. */
export function isPlain(values: Float64Array, at: number): boolean {
  for (let slot = 0; slot < valueCount; slot += 1) {
    const value = values[at + slot] as number
    if (Object.is(value, -0)) return false
    if (value === value && isLoose[slot] === false && (!Number.isSafeInteger(value) || value < 0)) return false
  }
  return true
}

/** What a row is, without its numbers, as plain data. */
export function describeRow(row: LiveRow): readonly unknown[] {
  const { epoch = null, counters } = row
  const common = [row.kind, row.owner, row.protocol, epoch, counters.responseMsTotal !== undefined, counters.responsesTimed !== undefined]
  switch (row.kind) {
    case 'listener': return common
    case 'pool': return [...common, row.algorithm, row.up]
    case 'server': {
      const { state } = row
      return [...common, row.name, [
        state.text, state.health, state.admin, state.byAgent, state.inherited, state.weight, state.initialWeight, state.throttlePercent, state.backup, state.address, state.hostName, state.serviceRecord,
        state.check, state.checkDetail,
      ]]
    }
  }
}

/** Whether two rows have the same description. */
export function sameDescription(a: LiveRow, b: LiveRow): boolean {
  if (a === b) return true
  if (a.owner !== b.owner || a.protocol !== b.protocol || a.epoch !== b.epoch) return false
  if ((a.counters.responseMsTotal === undefined) !== (b.counters.responseMsTotal === undefined) || (a.counters.responsesTimed === undefined) !== (b.counters.responsesTimed === undefined)) return false
  if (a.kind === 'server') return b.kind === 'server' && a.name === b.name && sameState(a.state, b.state)
  if (a.kind === 'pool') return b.kind === 'pool' && a.up === b.up && a.algorithm === b.algorithm
  return b.kind === 'listener'
}

function sameState(a: ServerState, b: ServerState): boolean {
  return a === b || (a.text === b.text && a.health === b.health && a.admin === b.admin && a.byAgent === b.byAgent && a.inherited === b.inherited && a.weight === b.weight && a.initialWeight === b.initialWeight
    && a.throttlePercent === b.throttlePercent && a.backup === b.backup && a.address === b.address && a.hostName === b.hostName && a.serviceRecord === b.serviceRecord && a.check === b.check && a.checkDetail === b.checkDetail)
}

/** A description read back. Gives the row to numbers that are put to it. */
export type RowDescription = (values: readonly Count[]) => LiveRow

const healths = literal<Health>('up', 'down', 'unchecked', 'unknown')
const admins = literal<Admin>('ready', 'drain', 'weight-zero', 'maintenance', 'stopping', 'unresolved')
const text = nullable(string)
const measure = nullable(number)
const stateSchema = object({
  text: string, health: healths, admin: admins, byAgent: boolean, inherited: boolean, weight: measure, initialWeight: measure, throttlePercent: measure, backup: boolean,
  address: text, hostName: text, serviceRecord: text, check: text, checkDetail: text,
})
const stateKeys = ['text', 'health', 'admin', 'byAgent', 'inherited', 'weight', 'initialWeight', 'throttlePercent', 'backup', 'address', 'hostName', 'serviceRecord', 'check', 'checkDetail']
const anything: Schema<unknown> = { parse: (value) => value }

/** Throws `DamagedRecord` for what no row was ever described as. */
export function readDescription(value: unknown): RowDescription {
  try {
    const [kind, owner, protocol, epoch, hasTimeSum, hasTimed, ...rest] = array(anything).parse(value)
    const ownEpoch = text.parse(epoch)
    const common = { owner: string.parse(owner), protocol: literal('http', 'tcp').parse(protocol), ...(ownEpoch === null ? {} : { epoch: ownEpoch }) } as const
    const has = { timeSum: boolean.parse(hasTimeSum), timed: boolean.parse(hasTimed) }
    switch (literal('listener', 'pool', 'server').parse(kind)) {
      case 'listener': return (values) => ({ kind: 'listener', ...common, ...numbersOf(values, has) })
      case 'pool': {
        const facts = { algorithm: text.parse(rest[0]), up: boolean.parse(rest[1]) }
        return (values) => ({ kind: 'pool', ...common, ...numbersOf(values, has), ...facts, stateSeconds: values[ageSlot] as number | null })
      }
      case 'server': {
        const facts = array(anything).parse(rest[1])
        const name = string.parse(rest[0])
        const state = stateSchema.parse(Object.fromEntries(stateKeys.map((key, index) => [key, facts[index]])))
        return (values) => ({ kind: 'server', ...common, ...numbersOf(values, has), name, state })
      }
    }
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    throw new DamagedRecord(`A row is not readable: ${error.message}.`)
  }
}

/** `rowKey` of a described row, without reading the rest of the description. */
export function describedKey(value: unknown): string {
  const [kind, owner, name] = Array.isArray(value) ? [value[0] as unknown, value[1] as unknown, value[6] as unknown] : []
  if (typeof kind !== 'string' || typeof owner !== 'string') throw new DamagedRecord('A row has no name.')
  return kind === 'server' ? `server:${owner}/${String(name)}` : `${kind}:${owner}`
}

function numbersOf(values: readonly Count[], has: { readonly timeSum: boolean; readonly timed: boolean }): Pick<LiveRow, 'counters' | 'gauges'> {
  const at = (slot: number): Count => values[slot] as Count
  const gaugeAt = (slot: number): number | null => values[slot] as number | null
  return {
    counters: {
      requests: at(0), connections: at(1), selections: at(2), bytesIn: at(3), bytesOut: at(4), status1xx: at(14), status2xx: at(5), status3xx: at(10), status4xx: at(9), status5xx: at(11), statusOther: at(15),
      failedConnections: at(16), failedResponses: at(17), denied: at(18), retries: at(13), redispatches: at(19),
      ...(has.timeSum ? { responseMsTotal: at(timeSumSlot) } : {}), ...(has.timed ? { responsesTimed: at(22) } : {}),
    },
    gauges: { sessions: gaugeAt(6), queued: gaugeAt(12), sessionLimit: gaugeAt(20), responseMs: gaugeAt(7) },
  }
}
