/** A regular expression of nginx (PCRE) with the names of its groups. */
export interface Pattern {
  /** Without names of groups: they are numbered. */
  readonly source: string
  readonly ignoreCase: boolean
  /** Names of groups with their numbers. */
  readonly names: readonly (readonly [name: string, group: number])[]
}

export function patternOf(source: string, ignoreCase: boolean): Pattern {
  const names: (readonly [string, number])[] = []
  let group = 0
  let plain = ''
  let inClass = false
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] as string
    if (character === '\\') {
      plain += source.slice(at, at + 2)
      at += 1
      continue
    }
    if (inClass) inClass = character !== ']'
    else if (character === '[') {
      inClass = true
      // A bracket right at the start is one of the characters.
      const start = /^\[\^?\]?/.exec(source.slice(at))?.[0] ?? '['
      plain += start
      at += start.length - 1
      continue
    } else if (character === '(') {
      const name = /^\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(source.slice(at))
      if (name !== null) {
        group += 1
        names.push([name[1] ?? name[2] ?? '', group])
        plain += '('
        at += name[0].length - 1
        continue
      }
      if (source[at + 1] !== '?' && source[at + 1] !== '*') group += 1
    }
    plain += character
  }
  return { source: plain, ignoreCase, names }
}

/** Number of groups that capture. */
export function groupsIn(source: string): number {
  return source.replace(/\\[^]/g, '').replace(/\[\^?\]?[^\]]*\]/g, '').match(/\((?!\?|\*)/g)?.length ?? 0
}
