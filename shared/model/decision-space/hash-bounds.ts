import type { Derived } from '#shared/requests/space/variable.ts'
import type { Matching } from './matching.ts'

/** Keeps where a test of a hash begins and ends. */
export function noteBounds({ bounds, size }: Derived, { ranges }: Matching): void {
  for (const [from, to] of ranges ?? []) {
    if (from !== null && from > 0 && from < size) bounds.add(from)
    if (to !== null && to >= 0 && to + 1 < size) bounds.add(to + 1)
  }
}
