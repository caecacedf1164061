import type { Formula, World } from '#shared/requests/space/world.ts'
import type { VariableId } from '#shared/requests/space/variable.ts'

/** A condition sorted by what its parts look at. */
export interface ByField {
  /** Parts that look at one field only. */
  readonly fields: ReadonlyMap<VariableId, readonly Formula[]>
  /** Parts that look at several, or at something opaque. */
  readonly mixed: readonly Formula[]
}

const known = new WeakMap<World, Map<Formula, ByField>>()

/** Parts of a conjunction by the field that they look at. */
export function byField(world: World, formula: Formula): ByField {
  let cache = known.get(world)
  if (cache === undefined) {
    cache = new Map()
    known.set(world, cache)
  }
  let sorted = cache.get(formula)
  if (sorted === undefined) {
    const fields = new Map<VariableId, Formula[]>()
    const mixed: Formula[] = []
    for (const part of (formula & 1) === 0 && world.partsOf(formula).length > 0 ? world.partsOf(formula) : [formula]) {
      const field = fieldOf(world, part)
      if (field === null) mixed.push(part)
      else fields.set(field, [...(fields.get(field) ?? []), part])
    }
    sorted = { fields, mixed }
    cache.set(formula, sorted)
  }
  return sorted
}

function fieldOf(world: World, formula: Formula): VariableId | null {
  const atom = world.atomOf(formula)
  if (atom !== null) return atom.kind === 'variable' ? atom.variable.id : null
  let field: VariableId | null = null
  for (const part of world.partsOf(formula)) {
    const own = fieldOf(world, part)
    if (own === null || (field !== null && own !== field)) return null
    field = own
  }
  return field
}

/** Does some part ask for something, instead of only ruling something out? */
export const asks = (world: World, parts: readonly Formula[]): boolean => parts.some((part) => ((part & 1) === 0) === (world.atomOf(part) !== null))

/** True where everything that the parts ask for are whole values written out. */
export function isEnumeration(world: World, formula: Formula): boolean {
  const atom = world.atomOf(formula)
  if (atom !== null) return (formula & 1) === 1 || (atom.kind === 'variable' && atom.literals?.kind === 'exact')
  const negated = (formula & 1) === 1
  return world.partsOf(formula).every((part) => isEnumeration(world, negated ? part ^ 1 : part))
}
