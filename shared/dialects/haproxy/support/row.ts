import type { SupportEntry, SupportState } from '#shared/dialects/dialect.ts'

/** First letter of a support state, to keep the tables readable. */
export type StateLetter = 'm' | 'i' | 'a' | 'u'

/** Keyword, state, summary, and the first and last version that knows it where that is not all of 2.4 to 3.x. */
export type Row = readonly [keyword: string, state: StateLetter, summary: string, since?: string | null, until?: string | null]

const states: Readonly<Record<StateLetter, SupportState>> = { m: 'modelled', i: 'inert', a: 'approximate', u: 'unsupported' }

export function entriesOf(kind: string, rows: readonly Row[]): readonly SupportEntry[] {
  return rows.map(([keyword, state, summary, since, until]) => ({ key: `${kind} ${keyword}`, state: states[state], summary, since: since ?? null, until: until ?? null }))
}
