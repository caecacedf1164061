/** `Mod+Shift+O` as this platform prints it. */
export function toKeyLabel(key: string, mac: boolean): string {
  const parts = key === '+' ? ['+'] : key.split('+')
  return parts.map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : part === 'Shift' ? '⇧' : part.length === 1 ? part.toUpperCase() : part)).join(mac ? '' : ' ')
}
