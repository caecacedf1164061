import { classesOfSets, type ByteClasses } from './byte-classes.ts'
import { languageLimits, LanguageTooLarge } from './language.ts'
import { bytesFrom, wordBytes, type Assertion, type ByteSet, type RegexNode } from './regex-tree.ts'

/**
 * A nondeterministic automaton with assertions on its empty moves (Thompson).
 *
 * Shape: `moves[state]` says what leads on; `accept` is the only state without a move.
 */
export interface Nfa {
  readonly start: number
  readonly accept: number
  readonly moves: readonly Move[]
  /** Bytes that no byte set and no assertion tells apart. */
  readonly classes: ByteClasses
}

export type Move =
  | { readonly kind: 'byte'; readonly set: ByteSet; readonly to: number }
  | { readonly kind: 'free'; readonly to: readonly number[] }
  | { readonly kind: 'assertion'; readonly what: Assertion; readonly to: number }
  | { readonly kind: 'accept' }

/** Errors: LanguageTooLarge when repetitions unfold into too many states. */
export function toNfa(trees: readonly RegexNode[]): Nfa {
  const moves: Move[] = [{ kind: 'accept' }]
  const sets = new Set<ByteSet>()
  let tellsLines = false
  let tellsWords = false
  const add = (move: Move): number => {
    if (moves.length >= languageLimits.nfaStates) throw new LanguageTooLarge('the pattern is too large')
    moves.push(move)
    return moves.length - 1
  }
  /** States that match `node` and then go on at `to`. Built from the end to the start. */
  const build = (node: RegexNode, to: number): number => {
    switch (node.kind) {
      case 'empty': return to
      case 'bytes':
        sets.add(node.set)
        return add({ kind: 'byte', set: node.set, to })
      case 'concat': {
        let next = to
        for (let index = node.of.length - 1; index >= 0; index -= 1) next = build(node.of[index] as RegexNode, next)
        return next
      }
      case 'alternation': return add({ kind: 'free', to: node.of.map(part => build(part, to)) })
      case 'group': return build(node.of, to)
      case 'assertion':
        if (node.what === 'word-boundary' || node.what === 'no-word-boundary') tellsWords = true
        else tellsLines = true
        return add({ kind: 'assertion', what: node.what, to })
      case 'repeat': {
        let next = to
        if (node.max === null) {
          const targets: number[] = [to]
          next = add({ kind: 'free', to: targets })
          targets.push(build(node.of, next))
        } else for (let count = node.max; count > node.min; count -= 1) next = add({ kind: 'free', to: [to, build(node.of, next)] })
        for (let count = 0; count < node.min; count += 1) {
          const before = build(node.of, next)
          // What needs no state needs none a thousand times.
          if (before === next) break
          next = before
        }
        return next
      }
    }
  }
  const starts = trees.map(tree => build(tree, 0))
  const start = starts.length === 1 ? starts[0] as number : add({ kind: 'free', to: starts })
  if (tellsLines) sets.add(newline)
  if (tellsWords) sets.add(wordBytes)
  return { start, accept: 0, moves, classes: classesOfSets(sets) }
}

const newline = bytesFrom([10, 10])
