import type { RecordingHead } from './entries.ts'

/** A moment of a recording as the clock on the wall showed it there: ISO 8601, in the zone of the recording, or in that of `startedAt` where it names none. */
export function recordedTime({ startedAt, zone }: Pick<RecordingHead, 'startedAt' | 'zone'>, wallMs: number): string {
  const ms = Math.min(Math.max(wallMs, -8e15), 8e15)
  const offset = (zone === undefined ? null : offsetAt(zone, ms)) ?? /(Z|[+-]\d\d:\d\d)$/.exec(startedAt)?.[1] ?? 'Z'
  const minutes = offset === 'Z' ? 0 : (offset.startsWith('-') ? -1 : 1) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6)))
  return `${new Date(ms + minutes * 60_000).toISOString().slice(0, -5)}${offset}`
}

let last: { readonly zone: string; readonly format: Intl.DateTimeFormat | null } | null = null

/** `+02:00`; null: the zone is not known here. */
function offsetAt(zone: string, ms: number): string | null {
  if (last?.zone !== zone) last = { zone, format: formatOf(zone) }
  const name = last.format?.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value
  return name === undefined ? null : /^GMT([+-]\d\d:\d\d)/.exec(name)?.[1] ?? (name === 'GMT' ? '+00:00' : null)
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
