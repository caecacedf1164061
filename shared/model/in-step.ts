/** Places of two lists that were found alike; each of both is one rising run. */
export interface InStep {
  /** For each element its partner on the other side, or -1. */
  readonly before: Int32Array
  readonly after: Int32Array
  /** Elements of either side without a partner. */
  readonly alone: number
}

/** Elements that are looked at ahead on either side to find where both lists go on alike. */
const lookAhead = 12

/**
 * Walks two lists side by side and pairs elements that are the same, in order. Where the lists part, the nearest place
 * where they go on alike is looked for, a few elements ahead; what is farther away stays alone. From the end first, so
 * that one change costs no search.
 */
export function inStep(before: number, after: number, same: (one: number, other: number) => boolean): InStep {
  const partners = { before: new Int32Array(before).fill(-1), after: new Int32Array(after).fill(-1) }
  let alone = before + after
  const pair = (one: number, other: number): void => {
    partners.before[one] = other
    partners.after[other] = one
    alone -= 2
  }
  let one = 0
  let other = 0
  let [beforeEnd, afterEnd] = [before, after]
  while (one < beforeEnd && other < afterEnd && same(one, other)) {
    pair(one, other)
    one += 1
    other += 1
  }
  while (one < beforeEnd && other < afterEnd && same(beforeEnd - 1, afterEnd - 1)) {
    beforeEnd -= 1
    afterEnd -= 1
    pair(beforeEnd, afterEnd)
  }
  while (one < beforeEnd && other < afterEnd) {
    if (!same(one, other)) {
      const step = nextStep(same, one, other, beforeEnd, afterEnd)
      one += step.before
      other += step.after
      if (step.parts) continue
    }
    pair(one, other)
    one += 1
    other += 1
  }
  return { ...partners, alone }
}

/** How far to go on in both lists to where they are alike; `parts`: they are not, as far as one looks. */
function nextStep(same: (one: number, other: number) => boolean, one: number, other: number, beforeEnd: number, afterEnd: number): { readonly before: number; readonly after: number; readonly parts: boolean } {
  for (let distance = 1; distance <= lookAhead; distance += 1) {
    for (let before = distance; before >= 0; before -= 1) {
      const after = distance - before
      if (one + before < beforeEnd && other + after < afterEnd && same(one + before, other + after)) return { before, after, parts: false }
    }
  }
  return { before: 1, after: 1, parts: true }
}
