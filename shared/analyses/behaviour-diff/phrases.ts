/** Names to stand in a sentence: `pool api`, `3 pools (api, site and img)`, `40 pools (a, b, c and 37 more)`. `one`: what to call a single one; empty: its name does. */
export function listedNames(names: readonly string[], one: string, many: string): string {
  if (names.length === 1) return `${one}${one === '' ? '' : ' '}${names[0] as string}`
  return `${names.length} ${many} (${names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] as string}`})`
}

/** `37.5 %` */
export const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

/** At most `longest` characters. */
export const shortened = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)
