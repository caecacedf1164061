import type { Term } from './term.ts'

const depths = new WeakMap<Term, number>()

/** Captures inside captures, at most, of all variables. */
export function depthOf(variables: ReadonlyMap<string, Term>): number {
  let deepest = 0
  for (const term of variables.values()) deepest = Math.max(deepest, captureDepth(term))
  return deepest
}

function captureDepth(term: Term): number {
  let depth = depths.get(term)
  if (depth === undefined) {
    depth = term.kind === 'apply' ? captureDepth(term.of) + (term.transform.kind === 'capture' ? 1 : 0)
      : term.kind === 'concat' ? Math.max(0, ...term.parts.map(captureDepth)) : term.kind === 'choose' ? Math.max(captureDepth(term.then), captureDepth(term.otherwise)) : 0
    depths.set(term, depth)
  }
  return depth
}
