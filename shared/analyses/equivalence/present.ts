import type { Sentence, Table } from '#shared/presentation/presentation.ts'
import type { PoolPairs } from './pool-pairs.ts'

/** The pairs in the building blocks that every screen and report shows. */
export function presentPairs(pairs: PoolPairs): { readonly headline: Sentence; readonly sentences: readonly Sentence[]; readonly tables: readonly Table[] } {
  const count = pairs.size
  return {
    headline: {
      id: 'equivalence', tone: 'neutral', details: [], highlights: [], before: [], after: [],
      text: count === 0 ? 'Pools are compared under their own names.' : `${count} ${count === 1 ? 'pool stands' : 'pools stand'} for ${count === 1 ? 'one' : 'pools'} of another name.`,
    },
    sentences: [],
    tables: [{
      columns: [{ key: 'before', title: 'Baseline', numeric: false }, { key: 'after', title: 'Candidate', numeric: false }],
      rows: [...pairs].map(([after, before]) => ({ id: `pair:${after}`, cells: { before, after }, tone: 'neutral', highlights: [] })),
    }],
  }
}
