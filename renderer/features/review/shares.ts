import type { DistributionRow } from '#shared/rpc/payloads.ts'

export interface ShareChange {
  readonly pool: string
  readonly server: string
  readonly before: string
  readonly after: string
}

/** A share 0–1 as people write it: `33 %`, `0.4 %`; null is `—`: the server does not exist, or its share is not known. */
export function toShare(share: number | null): string {
  if (share === null) return '—'
  const percent = share * 100
  if (percent === 0 || percent === 100) return `${percent} %`
  return percent < 1 || percent > 99 ? `${percent.toFixed(1)} %` : `${Math.round(percent)} %`
}

/** Servers whose share changed, in the order given. */
export function toShareChanges(rows: readonly DistributionRow[]): readonly ShareChange[] {
  return rows
    .filter((row) => row.before !== row.after && !(row.before !== null && row.after !== null && Math.abs(row.before - row.after) < 1e-9))
    .map((row) => ({ pool: row.pool, server: row.server, before: toShare(row.before), after: toShare(row.after) }))
}
