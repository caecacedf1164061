import { isPlainPathAtom } from '#shared/model/decision-space/spellings.ts'
import { contains } from '#shared/requests/languages/language.ts'
import { always, never, type Formula, type World } from '#shared/requests/space/world.ts'

/**
 * A formula for requests whose path and Host are sent as they are read, to put it into words; the formula as it is where
 * none of its requests is such, or it says nothing of how they are sent.
 *
 * Between two products every condition on a path or Host has a part for each way of sending it, which nobody wants to read.
 */
export function plainly(world: World, formula: Formula): Formula {
  const known = new Map<Formula, Formula>()
  const visit = (positive: Formula): Formula => {
    const found = known.get(positive)
    if (found !== undefined) return found
    const atom = world.atomOf(positive)
    let result = positive
    if (atom === null) result = world.all(world.partsOf(positive).map((part) => visit(part & ~1) ^ (part & 1)))
    else if (atom.kind === 'variable') {
      if (atom.variable.key.startsWith('spelling:')) result = contains(atom.language(), 'plain') ? always : never
      else if (isPlainPathAtom(atom)) result = always
    }
    known.set(positive, result)
    return result
  }
  if (formula === always || formula === never || !speaksOfSending(world, formula, new Set())) return formula
  const simple = visit(formula & ~1) ^ (formula & 1)
  return simple === never ? formula : simple
}

const ways: ReadonlySet<string> = new Set(['other-path', 'other-host', 'strange-host'])

function speaksOfSending(world: World, formula: Formula, seen: Set<Formula>): boolean {
  const positive = formula & ~1
  if (seen.has(positive)) return false
  seen.add(positive)
  const atom = world.atomOf(positive)
  if (atom !== null) return atom.kind === 'variable' && ways.has(atom.variable.key)
  return world.partsOf(positive).some((part) => speaksOfSending(world, part, seen))
}
