/** A variable inside a word. */
export interface VariableUse {
  /** In lower case, without `$` and braces; empty: a `$` that names nothing, which nginx refuses. */
  readonly name: string
  /** Offset in the value of the word. */
  readonly at: number
  /** `${` without `}`. */
  readonly unclosed: boolean
}

/**
 * Variables in a text that nginx expands: `$name`, `${name}`, captures `$1` to `$9`. Names count in lower case.
 *
 * Source: N-LEX-5; `ngx_http_script_compile`.
 */
export function variablesIn(value: string): readonly VariableUse[] {
  const found: VariableUse[] = []
  for (let at = value.indexOf('$'); at !== -1;) {
    const use = readVariable(value, at)
    found.push(use.use)
    at = value.indexOf('$', use.end)
  }
  return found
}

function readVariable(value: string, at: number): { readonly use: VariableUse; readonly end: number } {
  const next = value.charAt(at + 1)
  if (next >= '1' && next <= '9') return { use: { name: next, at, unclosed: false }, end: at + 2 }
  const braced = next === '{'
  let end = at + (braced ? 2 : 1)
  while (/[A-Za-z0-9_]/.test(value.charAt(end))) end += 1
  const name = value.slice(at + (braced ? 2 : 1), end).toLowerCase()
  if (braced && value.charAt(end) !== '}') return { use: { name, at, unclosed: true }, end }
  return { use: { name, at, unclosed: false }, end: braced ? end + 1 : end }
}

const none: readonly string[] = []

/** Names that the groups of a regular expression give to what they match. */
export function namedGroups(pattern: string): readonly string[] {
  if (!pattern.includes('(?')) return none
  return [...pattern.matchAll(/\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>|\(\?'([A-Za-z_][A-Za-z0-9_]*)'/g)].map((match) => (match[1] ?? match[2] ?? '').toLowerCase())
}
