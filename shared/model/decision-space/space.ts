import type { Variable } from '#shared/requests/space/variable.ts'
import { World, type Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { LookupTable } from '../routing-model.ts'
import { PairNumbers } from './numbering.ts'
import { RequestVariables } from './request-variables.ts'
import { Terms, type Term } from './term.ts'

/** An opaque condition: what it says, why it is one, and where it stands first. */
export interface Flag {
  readonly text: string
  readonly reason: string
  readonly at: Span
  readonly side: 'before' | 'after'
  /** Probability of a draw; null: something else. */
  readonly chance: number | null
}

/** What two configs share: variables, atoms, terms. */
export class Space {
  readonly world = new World()
  readonly terms = new Terms()
  readonly variables: RequestVariables
  /** One side looks at targets and hosts as they are sent, the other as it reads them. */
  readonly readsTwice: boolean
  readonly stateNumbers = new Map<string, number>()
  readonly conditionNumbers = new PairNumbers()
  readonly destinationNumbers = new PairNumbers()
  private readonly numbers = new Map<string, number>()

  constructor(readsTwice = false) {
    this.readsTwice = readsTwice
    this.variables = new RequestVariables(this.world, readsTwice)
  }

  /** Number that is equal for equal texts. */
  numberOf(text: string): number {
    let number = this.numbers.get(text)
    if (number === undefined) {
      number = this.numbers.size
      this.numbers.set(text, number)
    }
    return number
  }

  /** What each opaque condition is and where it stands first. */
  readonly flags = new Map<Formula, Flag>()

  /** Values that are hashed somewhere, by the variable that stands for the hash. */
  readonly hashed = new Map<Variable, Term>()

  private readonly tableNames = new Map<string, string[]>()

  /** Does a table hold something else on the other side? Known once both were named. */
  isChanged(id: string): boolean {
    return (this.tableNames.get(id)?.length ?? 0) > 1
  }

  /** Name of a table that is equal on both sides only where what it holds is. The first contents keep the name. */
  nameOf(table: LookupTable): string {
    const contents = `${table.lookup} ${table.ignoreCase} ${table.missing} ${JSON.stringify(table.entries.map((entry) => (entry.match === undefined ? [entry.key, entry.value] : [entry.match, entry.value])))}`
    const known = this.tableNames.get(table.id) ?? []
    let at = known.indexOf(contents)
    if (at === -1) {
      at = known.length
      this.tableNames.set(table.id, [...known, contents])
    }
    return at === 0 ? table.id : `${table.id} as changed`
  }
}
