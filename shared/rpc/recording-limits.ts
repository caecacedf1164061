/** Where a recording ends by itself, in the units that people write. */
export interface WrittenLimits {
  readonly megabytes: number
  readonly hours: number
}

export const usualRecordingLimits: WrittenLimits = { megabytes: 512, hours: 168 }

interface Bounds {
  readonly least: number
  readonly most: number
}

/** What may be set. */
export const limitBounds = { megabytes: { least: 1, most: 1_000_000 }, hours: { least: 0.01, most: 100_000 } } as const satisfies Readonly<Record<keyof WrittenLimits, Bounds>>

/** The same in bytes and milliseconds. */
export function toRecordingLimits({ megabytes, hours }: WrittenLimits): { readonly bytes: number; readonly ms: number } {
  return { bytes: megabytes * 1024 * 1024, ms: hours * 3_600_000 }
}

/** A limit as somebody wrote it; null: it is no number within the bounds. */
export function parseLimit(text: string, { least, most }: Bounds): number | null {
  const number = /^\d{1,7}(\.\d{1,3})?$/.test(text.trim()) ? Number(text) : NaN
  return number >= least && number <= most ? number : null
}
