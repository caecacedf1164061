import type { LookupTable, RoutingModel } from '../routing-model.ts'
import { definitionsOf, type Definition } from './definitions.ts'
import type { Space } from './space.ts'

/** What the words of one config mean besides themselves: its tables, by the names they go by in the comparison, and its definitions. */
export class Closures {
  private readonly tables: ReadonlyMap<string, LookupTable>
  /** Tables whose contents differ from those of the other side: id → the name they go by here. */
  private readonly changedTables: ReadonlyMap<string, string>
  private readonly tableIds: ReadonlyMap<string, string>
  private readonly definitions: readonly Definition[]

  constructor(space: Space, model: Pick<RoutingModel, 'tables' | 'scopes' | 'pools' | 'listeners'>, outside: readonly Definition[]) {
    this.tables = model.tables
    this.definitions = [...definitionsOf(model), ...outside]
    this.changedTables = new Map([...model.tables.values()].flatMap((table) => {
      const name = space.nameOf(table)
      return name === table.id ? [] : [[table.id, name] as const]
    }))
    this.tableIds = new Map([...this.changedTables].map(([id, name]) => [name, id]))
  }

  table(id: string): LookupTable | undefined {
    return this.tables.get(id)
  }

  /** Id of the table that goes by `name` in the comparison. */
  idOf(name: string): string {
    return this.tableIds.get(name) ?? name
  }

  /** Name by which the table goes in the comparison. */
  nameOf(id: string): string {
    return this.changedTables.get(id) ?? id
  }

  /** Whether some condition means more than it says. */
  get areSome(): boolean {
    return this.changedTables.size > 0 || this.definitions.length > 0
  }

  /** Text of a condition with the definitions that it depends on. */
  of(text: string): string {
    if (!this.areSome) return text
    const tables = [...this.changedTables].flatMap(([id, name]) => (text.includes(JSON.stringify(id).slice(1, -1)) || text.includes(this.tables.get(id)?.path ?? id) ? [name] : []))
    const definitions = this.definitions.flatMap((one) => (one.readBy.test(text) ? [one.text] : []))
    return [text, ...definitions, ...tables].join(' ')
  }
}
