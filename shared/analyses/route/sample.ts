import type { ValueType } from '#shared/model/predicate.ts'
import { formatIp, parseIp, type IpAddress } from '#shared/requests/ip.ts'
import { leadingInteger } from '#shared/requests/http-values.ts'
import type { RouteDependency } from './answer.ts'

/** A value that a request alone does not decide. */
export interface Unknown {
  readonly unknown: RouteDependency
}

/** One instance of a value: byte string, integer, boolean or address. */
export type Known = string | number | boolean | IpAddress
export type Sample = Known | Unknown

export function isUnknown(sample: Sample): sample is Unknown {
  return typeof sample === 'object' && 'unknown' in sample
}

export function isIp(sample: Known): sample is IpAddress {
  return typeof sample === 'object'
}

/** Text of a value as log formats and string tests see it. */
export function sampleText(sample: Known): string {
  switch (typeof sample) {
    case 'string': return sample
    case 'number': return String(sample)
    case 'boolean': return sample ? '1' : '0'
    default: return formatIp(sample)
  }
}

/** Null: the value has no integer form and counts as absent. */
export function sampleInteger(sample: Known): number | null {
  switch (typeof sample) {
    case 'string': return sample === '' ? null : leadingInteger(sample)
    case 'number': return sample
    case 'boolean': return sample ? 1 : 0
    default: return sample.family === 4 ? sample.bytes.reduce((value, byte) => value * 256 + byte, 0) : null
  }
}

export function sampleIp(sample: Known): IpAddress | null {
  switch (typeof sample) {
    case 'string': return parseIp(sample)
    case 'number': return sample >= 0 && sample <= 0xffffffff ? { family: 4, bytes: [(sample >>> 24) & 255, (sample >>> 16) & 255, (sample >>> 8) & 255, sample & 255] } : null
    case 'boolean': return null
    default: return sample
  }
}

/** The value as another type; null: it cannot be converted and counts as absent. */
export function convertSample(sample: Known, to: ValueType): Known | null {
  switch (to) {
    case 'string': case 'method': case 'binary': return sampleText(sample)
    case 'integer': return sampleInteger(sample)
    case 'boolean': {
      const value = sampleInteger(sample)
      return value === null ? null : value !== 0
    }
    case 'ip': return sampleIp(sample)
  }
}
