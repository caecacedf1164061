/** One try of a request at one server. */
export interface UpstreamAttempt {
  /** 0 for the first pool; one more after each internal redirect to another. */
  readonly group: number
  /** As nginx writes it. Without a live server it is the name of the pool. */
  readonly address: string
  readonly isAddress: boolean
  /** Null: no answer came. */
  readonly status: number | null
  readonly responseSeconds: number | null
  readonly connectSeconds: number | null
}

/** The parallel lists of one log line, as written. */
export interface UpstreamValues {
  readonly addresses: string
  readonly statuses: string
  readonly responseTimes: string
  readonly connectTimes: string
}

/**
 * Takes the values of `$upstream_addr` and its companions apart: `, ` between tries in one pool, ` : ` between pools.
 *
 * Errors: none; empty where nothing was asked.
 * Source: nginx documentation, ngx_http_upstream_module, "Embedded Variables".
 */
export function parseUpstreamAttempts(values: UpstreamValues): readonly UpstreamAttempt[] {
  if (values.addresses === '' || values.addresses === '-') return []
  const list = (text: string): readonly string[] => text.split(/, | : /)
  const statuses = list(values.statuses)
  const responseTimes = list(values.responseTimes)
  const connectTimes = list(values.connectTimes)
  let position = 0
  return values.addresses.split(' : ').flatMap((pool, group) => pool.split(', ').map((address): UpstreamAttempt => {
    const at = position
    position += 1
    return { group, address, isAddress: isAddress(address), status: numberAt(statuses, at), responseSeconds: numberAt(responseTimes, at), connectSeconds: numberAt(connectTimes, at) }
  }))
}

function isAddress(text: string): boolean {
  return text.startsWith('unix:') || /^(\[[0-9a-fA-F:.]+\]|\d+\.\d+\.\d+\.\d+):\d+$/.test(text)
}

function numberAt(list: readonly string[], at: number): number | null {
  const text = list[at]
  return text === undefined || text === '' || text === '-' || !Number.isFinite(Number(text)) ? null : Number(text)
}
