/** A moment of a recording as the clock on the wall showed it there: ISO 8601 in the zone of `startedAt`. */
export function recordedTime(startedAt: string, wallMs: number): string {
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(startedAt)?.[1] ?? 'Z'
  const minutes = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))
  const local = new Date(Math.min(Math.max(wallMs, -8e15), 8e15) + minutes * 60_000)
  return `${local.toISOString().slice(0, -5)}${zone}`
}
