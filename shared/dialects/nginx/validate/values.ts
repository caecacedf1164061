import type { ValueKind } from '../support/row.ts'

const factors: Readonly<Record<string, number>> = { y: 31_536_000, M: 2_592_000, w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 }
const unitOrder = 'yMwdhms'

/**
 * Milliseconds of a time as nginx reads it (`1h 30m`, `90s`, `500ms`, `5`), or null if it refuses it.
 *
 * Shape: units in falling order, each once; a bare number, in last place, is seconds.
 * Source: nginx.org, "Configuration file measurement units".
 */
export function timeMs(text: string): number | null {
  let total = 0
  let last = -1
  let rest = text
  while (rest !== '') {
    const found = /^(\d+)(ms|[yMwdhms])? */.exec(rest)
    if (found === null) return null
    const [whole, digits = '', unit] = found
    const rank = unit === undefined ? unitOrder.length + 1 : unit === 'ms' ? unitOrder.length : unitOrder.indexOf(unit)
    if (rank <= last) return null
    last = rank
    total += Number(digits) * (unit === 'ms' ? 1 : 1000 * (unit === undefined ? 1 : (factors[unit] as number)))
    rest = rest.slice(whole.length)
    if (unit === undefined && rest !== '') return null
  }
  return text === '' ? null : total
}

/** Whether nginx takes `text` for a value of the kind. */
export function isValue(kind: ValueKind, text: string): boolean {
  switch (kind) {
    case 'flag': return /^(?:on|off)$/i.test(text)
    case 'time': return timeMs(text) !== null
    case 'seconds': return timeMs(text) !== null && !text.includes('ms')
    case 'number': return /^\d+$/.test(text)
    case 'size': return /^\d+[kKmM]?$/.test(text)
    case 'offset': return /^\d+[kKmMgG]?$/.test(text)
  }
}

/** What a value should look like, to end a sentence with. */
export function valueHint(kind: ValueKind): string {
  switch (kind) {
    case 'flag': return "it must be 'on' or 'off'"
    case 'time': return 'it must be a time such as 30s or 500ms'
    case 'seconds': return 'it must be a time in full seconds such as 30s or 5m'
    case 'number': return 'it must be a whole number'
    case 'size': return 'it must be a size such as 8k or 1m'
    case 'offset': return 'it must be a size such as 8k, 1m or 1g'
  }
}
