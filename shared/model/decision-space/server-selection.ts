import { toBytes } from '#shared/requests/bytes.ts'
import type { Span } from '#shared/text/span.ts'
import type { Pool, ServerSelector } from '../pool.ts'
import type { Condition } from './condition.ts'
import { exactly } from './matching.ts'
import type { Reader } from './reader.ts'
import type { State } from './state.ts'

const nowhere: Span = { file: '', start: 0, end: 0 }

/** What a `use-server` rule does with the requests of `condition`. `server`: null: the pool balances. */
export interface SelectedServer {
  readonly condition: Condition
  readonly server: string | null
  readonly selector: ServerSelector
}

/** What the `use-server` rules of a pool do, in their order; requests that meet none of them are balanced. */
export function selectedServers(reader: Reader, pool: Pool, when: Condition, state: State): readonly SelectedServer[] {
  const found: SelectedServer[] = []
  const forced = (pool.settings['option persist'] ?? 'no') !== 'no' || pool.persistence.some((one) => one.kind === 'force-persist')
  for (const selector of pool.selectors) {
    const selected = when.where(selector.when, state)
    const place = selector.origin[0] ?? nowhere
    const choose = (condition: Condition, server: string | null): void => { found.push({ condition, server, selector }) }
    const key = typeof selector.server === 'string' ? null : reader.template(selector.server, state, place)
    for (const member of pool.members) {
      if (key === null ? member.name !== selector.server : false) continue
      // A server in maintenance is passed over, and the next rule is looked at.
      if (member.options.state === 'disabled' && !forced) {
        if (key === null) break
        continue
      }
      choose(key === null ? selected : selected.with(reader.tests.holds(key, exactly([toBytes(member.name)]), (negated) => `the server ${negated ? 'is not' : 'is'} ${member.name}`)), member.name)
    }
    // A name that no server has ends the rules: the pool balances.
    const named = key === null && pool.members.some((member) => member.name === selector.server)
    if (!named) choose(selected, null)
  }
  return found
}
