import type { DecidingRule, Destination } from './deciding-rule.ts'
import type { Reader } from './reader.ts'
import type { State } from './state.ts'
import type { Term } from './term.ts'

const receivedKeys = new WeakMap<State, string>()

/** Text that is equal where two states reach the server alike: target, method, and every header that a rule touched. */
export function receivedKey(reader: Reader, state: State): string {
  let key = receivedKeys.get(state)
  if (key === undefined) {
    const lists = touchedHeaders(state).map((name) => `${name}=${reader.values.headerList(state, name, 'comma').id}`)
    const patterns = state.headers.filter((step) => step.name === null).map((step) => `${step.key} ${step.when}`)
    const later = laterVariables(reader, state).map(([name, term]) => `${name}=${term.id}`)
    key = [state.path.id, state.query.id, state.method.id, state.form.id, state.authority.id, ...lists, ...patterns, state.connection, ...later, settingsKey(reader, state)].join(' ')
    receivedKeys.set(state, key)
  }
  return key
}

/** Variables that rules set and that something behind the rules reads. */
export function laterVariables(reader: Reader, state: State): readonly (readonly [name: string, term: Term])[] {
  return reader.readLater.size === 0 ? [] : [...state.variables].filter(([name]) => reader.readLater.has(name))
}

/** Text that is equal where the settings of one place count in two states. */
export function settingsKey(reader: Reader, state: State): string {
  const place = settingsTerm(reader, state)
  return place === undefined ? '' : `settings ${place.id}`
}

/** The place whose settings count; undefined: no rule has named any. */
export function settingsTerm({ settingsVariable }: Reader, state: State): Term | undefined {
  return settingsVariable === null ? undefined : state.variables.get(settingsVariable)
}

/** Names of headers that some rule sets, adds, replaces or deletes by name; sorted. */
export function touchedHeaders(state: State): readonly string[] {
  return [...new Set(state.headers.flatMap((step) => (step.name === null ? [] : [step.name])))].sort()
}

/** Text that is equal where two rules send requests to the same place in the same form. */
export function ruleKey(reader: Reader, rule: DecidingRule, alias?: (pool: string) => string): string {
  const { kind } = rule.destination
  return kind === 'forward' || kind === 'serve' || kind === 'split' ? `${destinationKey(rule.destination, alias)} ${receivedKey(reader, rule.state)}` : `${destinationKey(rule.destination, alias)} ${settingsKey(reader, rule.state)}`
}

/** Text that is equal where two destinations are the same. `alias`: the name under which a pool is compared. */
export function destinationKey(destination: Destination, alias?: (pool: string) => string): string {
  return 'contents' in destination ? `${placeKey(destination)} ${destination.contents.id}` : placeKey(destination, alias)
}

/** `destinationKey`, whatever an answer holds. */
export function placeKey(destination: Destination, alias: (pool: string) => string = (pool) => pool): string {
  switch (destination.kind) {
    case 'forward': return `forward ${alias(destination.pool)}${destination.server === null ? '' : ` server ${destination.server}`}`
    case 'split': return `split ${JSON.stringify(destination.shares.map((part) => [alias(part.pool), part.share]))}`
    case 'redirect': return `redirect ${destination.status} ${destination.location.id}`
    case 'respond': case 'deny': return `${destination.kind} ${destination.status}`
    case 'close': return 'close'
    case 'serve': return `serve ${destination.root}`
    case 'unmodelled': return `unmodelled ${destination.text}`
  }
}
