import { patternModifier } from './location-order.ts'
import type { Directive } from '../tree.ts'
import { isInert } from './unfollowed.ts'
import { argument, headWords, nameOf, wordsOf } from './words.ts'

/** Directives whose order among each other counts. */
const ordered: ReadonlySet<string> = new Set(['set', 'if', 'rewrite', 'return', 'break', 'allow', 'deny'])
/** Blocks in which the order of all lines counts. */
const orderedBlocks: ReadonlySet<string> = new Set(['upstream', 'geo', 'split_clients', 'types'])

/** Words of a directive and its block, equal for blocks that only differ in the order of lines that may stand in any order, or in lines that nobody notices. */
export function canonicalWords(directive: Directive): string {
  const { block } = directive
  if (block === null) return wordsOf(directive)
  return `${headWords(directive)} { ${canonicalLines(block.directives, nameOf(directive)).join('; ')} }`
}

/** The same for the lines of a block named `around`. */
export function canonicalLines(directives: readonly Directive[], around: string): readonly string[] {
  const free: string[] = []
  const inOrder: string[] = []
  for (const directive of directives) {
    if (isInert(nameOf(directive))) continue
    const list = orderedBlocks.has(around) || ordered.has(nameOf(directive)) || isPattern(directive, around) ? inOrder : free
    list.push(canonicalWords(directive))
  }
  return [...free.sort(), ...inOrder]
}

/** Patterns are tried one after the other. */
function isPattern(directive: Directive, around: string): boolean {
  return around === 'map' ? nameOf(directive).startsWith('~') : nameOf(directive) === 'location' && patternModifier(argument(directive, 0))
}
