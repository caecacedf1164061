/**
 * The candidate with the fewest edits from `word`, at most `most`; null: none is that near.
 * A swap of two neighbours counts as one edit. Ties go to the earlier candidate.
 */
export function nearest(word: string, candidates: Iterable<string>, most: number): string | null {
  let best: string | null = null
  let bestEdits = most + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestEdits) continue
    const edits = editDistance(word, candidate)
    if (edits < bestEdits) {
      best = candidate
      bestEdits = edits
    }
  }
  return best
}

function editDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let edits = Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, (above[j - 1] as number) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)) edits = Math.min(edits, (before[j - 2] as number) + 1)
      row.push(edits)
    }
    before = above
    above = row
  }
  return above[b.length] as number
}
