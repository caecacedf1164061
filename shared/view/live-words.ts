import type { LiveMarks } from './live-marks.ts'

export type RateUnit = LiveMarks['unit'] | 'mixed connections' | 'mixed requests'

/** `412/s`, `2.9k/s`, `1.2 MB/s`; what differs from the unit that stands beside it says so. */
export function rateText(rate: number, unit: RateUnit): string {
  if (unit === 'bytes') return `${bytesText(rate)}/s`
  return unit === 'mixed connections' ? `${countText(rate)} conn/s` : unit === 'mixed requests' ? `${countText(rate)} req/s` : `${countText(rate)}/s`
}

/** `1.2k–2.9k/s`; from nothing: `≤ 2.9k/s`. */
export function rangeText(low: number, high: number, unit: RateUnit): string {
  const most = rateText(high, unit)
  const least = unit === 'bytes' ? bytesText(low) : countText(low)
  return low === 0 || least === '0' ? `≤ ${most}` : `${least}–${most}`
}

/** Two digits that matter: `0.3`, `6.1`, `412`, `2.9k`, `14k`, `1.1M`. */
export function countText(value: number): string {
  if (value === 0) return '0'
  if (value < 0.05) return '<0.1'
  if (value < 9.95) return trimmed(value.toFixed(1))
  if (value < 999.5) return String(Math.round(value))
  if (value < 999_500) return `${value < 9950 ? trimmed((value / 1000).toFixed(1)) : Math.round(value / 1000)}k`
  return `${value < 9_950_000 ? trimmed((value / 1e6).toFixed(1)) : Math.round(value / 1e6)}M`
}

const byteSteps = ['B', 'kB', 'MB', 'GB', 'TB'] as const

function bytesText(value: number): string {
  let step = 0
  let left = value
  while (left >= 999.5 && step < byteSteps.length - 1) {
    left /= 1000
    step += 1
  }
  return `${left < 9.95 && step > 0 ? trimmed(left.toFixed(1)) : Math.round(left)} ${byteSteps[step] as string}`
}

/** `48 ms`, `1.2 s`. */
export function delayText(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`
  return `${milliseconds < 9950 ? trimmed((milliseconds / 1000).toFixed(1)) : Math.round(milliseconds / 1000)} s`
}

/** `98 %`; a little is not nothing: `<1 %`. */
export function percentText(share: number): string {
  if (share > 0 && share < 0.005) return '<1 %'
  return `${Math.round(share * 100)} %`
}

/** `33 %`, or `25–50 %`. */
export function expectedText({ low, high }: { readonly low: number; readonly high: number }): string {
  return percentText(low) === percentText(high) ? percentText(high) : `${Math.round(low * 100)}–${percentText(high)}`
}

function trimmed(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text
}
