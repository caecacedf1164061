/** Whether a path is a pattern for glob(3): it has `*`, `?` or `[`. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path)
}

/**
 * Whether one name between slashes matches one part of a glob(3) pattern.
 *
 * `*` any text, `?` one character, `[a-z]` and `[!a-z]` one of or none of a set, `\x` the character itself. A dot at the
 * start of the name is only matched by a dot that is written. An unclosed `[` stands for itself.
 * Cost: proportional to the product of the lengths at worst.
 * Source: glob(7).
 */
export function matchesGlob(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.') && !pattern.startsWith('\\.')) return false
  const signs = readPattern(pattern)
  const letters = [...name]
  let at = 0
  let sign = 0
  let star = -1
  let restart = 0
  while (at < letters.length) {
    const one = signs[sign]
    if (one === '*') {
      star = sign
      restart = at
      sign += 1
    } else if (one !== undefined && one(letters[at] as string)) {
      at += 1
      sign += 1
    } else if (star !== -1) {
      restart += 1
      at = restart
      sign = star + 1
    } else return false
  }
  while (signs[sign] === '*') sign += 1
  return sign === signs.length
}

type Sign = '*' | ((letter: string) => boolean)

function readPattern(pattern: string): readonly Sign[] {
  const letters = [...pattern]
  const signs: Sign[] = []
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] as string
    if (letter === '*') signs.push('*')
    else if (letter === '?') signs.push(() => true)
    else if (letter === '[') {
      const end = setEnd(letters, at)
      if (end === -1) signs.push((other) => other === '[')
      else {
        signs.push(readSet(letters.slice(at + 1, end)))
        at = end
      }
    } else {
      const wanted = letter === '\\' && at + 1 < letters.length ? (letters[at += 1] as string) : letter
      signs.push((other) => other === wanted)
    }
  }
  return signs
}

/** Place of the `]` that closes the set opened at `at`; one right behind the opening belongs to the set. */
function setEnd(letters: readonly string[], at: number): number {
  const first = letters[at + 1] === '!' || letters[at + 1] === '^' ? at + 2 : at + 1
  return letters.indexOf(']', first + 1)
}

function readSet(letters: readonly string[]): (letter: string) => boolean {
  const negated = letters[0] === '!' || letters[0] === '^'
  const set = negated ? letters.slice(1) : letters
  return (letter) => {
    const code = letter.codePointAt(0) as number
    for (let at = 0; at < set.length; at += 1) {
      const low = (set[at] as string).codePointAt(0) as number
      const isRange = set[at + 1] === '-' && at + 2 < set.length
      const high = isRange ? (set[at + 2] as string).codePointAt(0) as number : low
      if (code >= low && code <= high) return !negated
      if (isRange) at += 2
    }
    return negated
  }
}

/** Order of the UTF-8 bytes of two names, in which glob(3) lists files in the C locale. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left === right) continue
    // Halves of pairs stand for code points above every single unit.
    const leftPair = left >= 0xd800 && left < 0xe000
    const rightPair = right >= 0xd800 && right < 0xe000
    return leftPair === rightPair ? left - right : leftPair ? 1 : -1
  }
  return a.length - b.length
}
