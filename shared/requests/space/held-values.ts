import { findValue, type Found, type VariableAtom } from './theory.ts'
import { testsValue } from './world.ts'
import type { Value, Variable, VariableId } from './variable.ts'

/** Literals over one variable that are taken to hold, and a value that fits them. */
interface Held {
  readonly positive: readonly VariableAtom[]
  readonly negative: readonly VariableAtom[]
  readonly value: Value
}

/** Characters of the keys of values found for sets of literals: neighbouring questions ask for the same ones. */
const cacheLimit = 16_000_000

/** `none`: proved that no value fits; `gave-up`: it was not found out. */
export type Holding = { readonly kind: 'held'; readonly changed: boolean } | { readonly kind: 'none' } | { readonly kind: 'gave-up'; readonly reason: string }

const none: Holding = { kind: 'none' }
const kept: Holding = { kind: 'held', changed: false }
const moved: Holding = { kind: 'held', changed: true }

type SignedAtom = readonly [atom: VariableAtom, sign: boolean]

/** Values of variables that fit what is taken to hold. Owns them, and how to take the latest back. */
export class HeldValues {
  private readonly found = new Map<string, Found>()
  private cached = 0
  private readonly defaults = new Map<VariableId, Value>()
  private readonly held = new Map<VariableId, Held>()
  private readonly trail: (readonly [id: VariableId, before: Held | undefined])[] = []
  /** The last value that each atom was tested on: values stay while other variables are worked on. */
  private readonly testedValue: (Value | undefined)[] = []
  private readonly testedTruth: boolean[] = []

  clear(): void {
    this.held.clear()
    this.trail.length = 0
  }

  get mark(): number {
    return this.trail.length
  }

  undoTo(mark: number): void {
    while (this.trail.length > mark) {
      const [id, before] = this.trail.pop() as readonly [VariableId, Held | undefined]
      if (before === undefined) this.held.delete(id)
      else this.held.set(id, before)
    }
  }

  valueOf(variable: Variable): Value {
    const held = this.held.get(variable.id)
    return held === undefined ? this.defaultOf(variable) : held.value
  }

  /** Values of the variables that something is held of. */
  values(): Map<VariableId, Value> {
    return new Map([...this.held].map(([id, { value }]) => [id, value]))
  }

  test(atom: VariableAtom, value: Value): boolean {
    if (this.testedValue[atom.id] !== value) {
      this.testedTruth[atom.id] = testsValue(atom, value)
      this.testedValue[atom.id] = value
    }
    return this.testedTruth[atom.id] as boolean
  }

  holds(atom: VariableAtom): boolean {
    return this.test(atom, this.valueOf(atom.variable))
  }

  /** Takes one more literal to hold; nothing changes unless a value is found. */
  hold(atom: VariableAtom, sign: boolean): Holding {
    const { variable } = atom
    const before = this.held.get(variable.id)
    const positive = sign ? [...(before?.positive ?? []), atom] : (before?.positive ?? [])
    const negative = sign ? (before?.negative ?? []) : [...(before?.negative ?? []), atom]
    let value = before === undefined ? this.defaultOf(variable) : before.value
    let changed = false
    if (this.test(atom, value) !== sign) {
      const found = this.find(variable, positive, negative)
      if (found.kind === 'none') return none
      if (found.kind === 'gave-up') return found
      value = found.value
      changed = true
    }
    this.trail.push([variable.id, before])
    this.held.set(variable.id, { positive, negative, value })
    return changed ? moved : kept
  }

  /** `atom` and everything that is held of its variable. */
  heldWith(atom: VariableAtom, sign: boolean): readonly SignedAtom[] {
    const before = this.held.get(atom.variable.id)
    return [...(before?.positive ?? []).map((one) => [one, true] as const), ...(before?.negative ?? []).map((one) => [one, false] as const), [atom, sign]]
  }

  /** Literals that exclude each other, `atom` among them, out of those that are held and `atom`; few where that is cheap. */
  conflict(atom: VariableAtom, sign: boolean): readonly SignedAtom[] {
    const others = this.heldWith(atom, sign).slice(0, -1)
    const excludes = (some: readonly SignedAtom[]): boolean => {
      const all = [...some, [atom, sign] as const]
      return this.find(atom.variable, all.filter((one) => one[1]).map((one) => one[0]), all.filter((one) => !one[1]).map((one) => one[0])).kind === 'none'
    }
    if (others.length <= pairsTried) for (const other of others) if (excludes([other])) return [other, [atom, sign]]
    if (excludes([])) return [[atom, sign]]
    let core = others
    if (others.length <= coreTried) for (const other of others) {
      const less = core.filter((one) => one !== other)
      if (excludes(less)) core = less
    }
    return [...core, [atom, sign]]
  }

  private find(variable: Variable, positive: readonly VariableAtom[], negative: readonly VariableAtom[]): Found {
    const key = `${variable.id}:${idsOf(positive)}!${idsOf(negative)}`
    let found = this.found.get(key)
    if (found === undefined) {
      found = findValue(variable, { positive, negative })
      this.cached += key.length + 40
      if (this.cached > cacheLimit) {
        this.found.clear()
        this.cached = 0
      }
      this.found.set(key, found)
    }
    return found
  }

  /** What a variable is that nothing restricts; always the same. */
  defaultOf(variable: Variable): Value {
    let value = this.defaults.get(variable.id)
    if (value === undefined) {
      value = defaultValue(variable)
      this.defaults.set(variable.id, value)
    }
    return value
  }
}

/** Literals up to which each is tried alone against a new one, and taken away one by one. */
const pairsTried = 64
const coreTried = 16

function idsOf(atoms: readonly VariableAtom[]): string {
  return atoms.length === 1 ? String((atoms[0] as VariableAtom).id) : atoms.map((atom) => atom.id).sort((a, b) => a - b).join(',')
}

function defaultValue(variable: Variable): Value {
  if (variable.shape === 'list') return []
  const found = findValue(variable, { positive: [], negative: [] })
  return found.kind === 'value' ? found.value : null
}
