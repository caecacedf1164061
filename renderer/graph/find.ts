import type { Picture } from './picture.ts'

/** Boxes that contain every word of the query, column by column from top to bottom. Empty query: none. */
export function findNodes(picture: Picture, query: string, allowed: (node: number) => boolean): readonly number[] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '')
  if (words.length === 0) return []
  const found: number[] = []
  for (const list of picture.byColumn) {
    for (const node of list) {
      const text = picture.nodes[node]?.search ?? ''
      if (allowed(node) && words.every((word) => text.includes(word))) found.push(node)
    }
  }
  return found
}
