/** A key press as the map writes it: `Mod+Shift+O`, `F7`, `n`, `/`. Letters without a modifier are lower case. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

export function toKeyName(press: KeyPress): string | null {
  if (press.altKey) return null
  const modifier = press.ctrlKey || press.metaKey
  const letter = press.key.length === 1
  if (press.key === ' ') return modifier || press.shiftKey ? null : 'Space'
  const key = letter ? (modifier ? press.key.toUpperCase() : press.key.toLowerCase()) : press.key
  // A shifted sign (`?`, `+`) already names itself.
  const shift = press.shiftKey && (!letter || modifier || /[a-z]/i.test(key))
  return `${modifier ? 'Mod+' : ''}${shift ? 'Shift+' : ''}${key}`
}

/** Keys that also work while a person types into a field: those with a modifier, and function keys. */
export function worksWhileTyping(name: string): boolean {
  return name.startsWith('Mod+') || /(^|\+)F\d+$/.test(name)
}

export interface KeyBinding {
  readonly id: string
  readonly keys: readonly string[]
}

/** The command of a key, or null. In a text field a bare key belongs to the field; `Mod+F` belongs to an editor that has its own find box. */
export function commandOfKey(bindings: readonly KeyBinding[], name: string, typing: boolean, inEditor: boolean): string | null {
  if (typing && !worksWhileTyping(name)) return null
  if (inEditor && name === 'Mod+F') return null
  return bindings.find((binding) => binding.keys.some((key) => key === name))?.id ?? null
}
