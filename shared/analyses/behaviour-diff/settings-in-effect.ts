import type { RoutingModel, SurroundingLine } from '#shared/model/routing-model.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import { settingsTerm } from '#shared/model/decision-space/rule-keys.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import type { State } from '#shared/model/decision-space/state.ts'
import { always } from '#shared/requests/space/world.ts'
import type { Difference } from './differences.ts'
import { shortened } from './phrases.ts'

/** What is different in the settings of two places, in words; null: nothing that the lines of the configs do not show. */
export type SettingsComparison = (before: string, after: string) => string | null

/**
 * Compares the lines that count at two places which take the same request, before and after.
 *
 * A line that stands in one config only, or under another owner, is named as such (`surroundingRegions`); what is left are
 * requests that another place takes with lines that both configs have.
 */
export function settingsComparison(before: RoutingModel, after: RoutingModel): SettingsComparison {
  const known = new Map<string, string | null>()
  let owners: { readonly before: ReadonlyMap<string, string>; readonly after: ReadonlyMap<string, string> } | null = null
  return (one, other) => {
    const key = `${one}\n${other}`
    let found = known.get(key)
    if (found === undefined) {
      owners ??= { before: ownersByText(before.surroundings.lines), after: ownersByText(after.surroundings.lines) }
      const { before: old, after: young } = owners
      const lines = { before: before.surroundings.inEffect?.linesOf(one) ?? [], after: after.surroundings.inEffect?.linesOf(other) ?? [] }
      const isUnnamed = (line: string): boolean => old.get(line) === young.get(line)
      found = inWords(onlyIn(lines.before, lines.after).filter(isUnnamed), onlyIn(lines.after, lines.before).filter(isUnnamed))
      known.set(key, found)
    }
    return found
  }
}

interface Comparing {
  readonly space: Space
  readonly before: Reader
  readonly after: Reader
  readonly products: { readonly areTwo: boolean }
  readonly settings: SettingsComparison
}

/** Lines that are not followed and that count for a request because of the place that takes it. */
export function settingsDifference({ before, after, products, settings, space }: Comparing, was: State, is: State): readonly Difference[] {
  const [one, other] = [settingsTerm(before, was) ?? space.terms.empty, settingsTerm(after, is) ?? space.terms.empty]
  if (products.areTwo || one.id === other.id) return []
  const name = one.kind === 'text' && other.kind === 'text' ? settings(one.text, other.text) : 'it is not known which lines count'
  return name === null ? [] : [{ aspect: 'settings', when: always, name, exact: false }]
}

/** Owners of the lines of each text, one behind the other. */
function ownersByText(lines: readonly SurroundingLine[]): ReadonlyMap<string, string> {
  const found = new Map<string, string[]>()
  for (const { owner, text } of lines) {
    const known = found.get(text)
    if (known === undefined) found.set(text, [owner])
    else known.push(owner)
  }
  return new Map([...found].map(([text, owners]) => [text, owners.sort().join('\n')]))
}

function onlyIn(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others]
  return lines.filter((line) => {
    const at = left.indexOf(line)
    if (at !== -1) left.splice(at, 1)
    return at === -1
  })
}

function inWords(gone: readonly string[], come: readonly string[]): string | null {
  if (gone.length + come.length === 0) return null
  const listed = (lines: readonly string[]): string => shortened(lines.join('; '), 120)
  return come.length === 0 ? `${listed(gone)} counts no more` : gone.length === 0 ? `${listed(come)} counts` : `${listed(come)} counts instead of ${listed(gone)}`
}
