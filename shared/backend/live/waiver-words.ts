import { waiverEndMs, type Waiver } from '#shared/live/alerts/settings.ts'

/** What changed from some waivers to others at a moment, as sentences for the timeline. */
export function waiverChanges(before: readonly Waiver[], after: readonly Waiver[], wallMs: number): readonly string[] {
  const keysOf = (waivers: readonly Waiver[]): ReadonlySet<string> => new Set(waivers.map((one) => JSON.stringify(one)))
  const [old, now] = [keysOf(before), keysOf(after)]
  const begun = after.filter((one) => !old.has(JSON.stringify(one)))
  // One whose end alone was moved is told once, by its new end.
  const isMoved = (one: Waiver): boolean => begun.some((other) => subject(other) === subject(one) && other.reason === one.reason && other.from === one.from)
  return [
    ...before.filter((one) => !now.has(JSON.stringify(one)) && !isMoved(one)).map((one) => `${subject(one)} counts again: ${one.reason}`),
    ...begun.map((one) => `${subject(one)} ${(waiverEndMs(one) ?? 0) <= wallMs ? 'counts again' : `is waived until ${one.until}`}: ${one.reason}`),
  ]
}

function subject({ rule, pool, server }: Waiver): string {
  const of = pool === undefined ? (server === undefined ? 'every pool' : `server ${server} in every pool`) : server === undefined ? pool : `${pool}/${server}`
  return `Alert "${rule}" of ${of}`
}
