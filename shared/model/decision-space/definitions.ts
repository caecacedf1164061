import { canonicalText } from '../canonical.ts'
import type { RoutingModel } from '../routing-model.ts'

/** What some conditions depend on besides their own words: where it differs, equal words mean different things. */
export interface Definition {
  /** Texts of conditions that depend on it. */
  readonly readBy: { test(words: string): boolean }
  readonly text: string
}

/** Settings and notes that define something, and the conditions that read it. */
const kinds: readonly { readonly readBy: RegExp; readonly settings: RegExp; readonly notes: RegExp }[] = [
  // Every definition of a stick table and every rule that counts something changes what counters say.
  { readBy: /\b(?:sc\d?_|src_|table_|sc_)/, settings: /stick-table/, notes: /track-sc|sc-(?:inc|set|add)/ },
  // Captured values are read by their number.
  { readBy: /\bcapture\.req\.hdr|%hrl?\b/, settings: /^(?:capture request|declare)/, notes: /^\S+ (?:content )?capture / },
  // A body can be looked at only where something waits for it.
  { readBy: /body/, settings: /^option http-buffer-request/, notes: /^http-request wait-for-body/ },
]

type Defining = Pick<RoutingModel, 'scopes' | 'pools' | 'listeners'>

const known = new WeakMap<Defining, readonly Definition[]>()

/** Kept with the config: each comparison reads both, and one of them mostly stays. */
export function definitionsOf(model: Defining): readonly Definition[] {
  let definitions = known.get(model)
  if (definitions === undefined) {
    definitions = freshDefinitions(model)
    known.set(model, definitions)
  }
  return definitions
}

function freshDefinitions({ scopes, pools, listeners }: Defining): readonly Definition[] {
  const found: string[][] = kinds.map(() => [])
  // Very many pools share one object of settings.
  const defining = new Map<Readonly<Record<string, string>>, readonly (readonly [kind: number, text: string])[]>()
  const settings = (name: string, rows: Readonly<Record<string, string>>): void => {
    let texts = defining.get(rows)
    if (texts === undefined) {
      texts = Object.keys(rows).flatMap((key) => kinds.flatMap((kind, index) => (kind.settings.test(key) ? [[index, `${key} ${rows[key] as string}`] as const] : [])))
      defining.set(rows, texts)
    }
    for (const [index, text] of texts) found[index]?.push(`${name} ${text}`)
  }
  for (const pool of pools) settings(pool.name, pool.settings)
  for (const listener of listeners) settings(listener.group, listener.settings)
  for (const scope of scopes.values()) {
    for (const step of scope.steps) {
      const { does } = step
      if (does.kind === 'note') kinds.forEach((kind, index) => { if (kind.notes.test(does.text)) found[index]?.push(`${withoutGuard(does.text)} ${canonicalText(step.when)}`) })
    }
  }
  return kinds.flatMap(({ readBy }, index) => {
    const texts = [...new Set(found[index])]
    return texts.length === 0 ? [] : [{ readBy, text: texts.join('\n') }]
  })
}

/** The condition stands beside it with its meaning; names of conditions say nothing. */
const withoutGuard = (text: string): string => text.split(/ (?:if|unless) /, 1)[0] as string

/** What stands outside the configs and differs: files that both read, and variables of the environment. Texts that name it mean something else on the after side. */
export function changedOutside(before: Pick<RoutingModel, 'surroundings' | 'environment'>, after: Pick<RoutingModel, 'surroundings' | 'environment'>): readonly Definition[] {
  const found: Definition[] = []
  const [one, other] = [before.surroundings.files, after.surroundings.files]
  for (const [name, text] of other) if (one.has(name) && one.get(name) !== text) found.push({ readBy: { test: (words) => namesFile(words, name) }, text: `${name} as changed` })
  for (const [name, value] of after.environment) if (before.environment.has(name) && before.environment.get(name) !== value) found.push({ readBy: { test: (words) => words.includes(`env(${name})`) }, text: `${name}=${value ?? ''}` })
  return found
}

const partOfName = /[\w./-]/

/** Does the name stand there by itself, not as part of a longer one? */
function namesFile(words: string, name: string): boolean {
  for (let at = words.indexOf(name); at !== -1; at = words.indexOf(name, at + 1)) {
    if (!partOfName.test(words.charAt(at - 1)) && !partOfName.test(words.charAt(at + name.length))) return true
  }
  return false
}
