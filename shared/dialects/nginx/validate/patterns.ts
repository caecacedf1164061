/**
 * What keeps PCRE from compiling a pattern, or null if nothing plain does: parentheses or brackets left open, or a
 * quantifier with nothing before it.
 */
export function patternFault(pattern: string): string | null {
  let depth = 0
  let canRepeat = false
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern.charAt(at)
    if (sign === '\\') {
      // Quoted text may hold anything; such patterns are left to nginx.
      if (pattern.charAt(at + 1) === 'Q') return null
      if (at + 1 === pattern.length) return 'it ends with a backslash'
      at += 1
      canRepeat = true
    } else if (sign === '[') {
      at = classEnd(pattern, at)
      if (at === -1) return "a '[' is never closed"
      canRepeat = true
    } else if (sign === '(') {
      depth += 1
      // Groups with settings, names and comments start with `(?` or `(*`.
      if (pattern.charAt(at + 1) === '?' || pattern.charAt(at + 1) === '*') at += 1
      canRepeat = false
    } else if (sign === ')') {
      depth -= 1
      if (depth < 0) return "a ')' has no '(' before it"
      canRepeat = true
    } else if (sign === '*' || sign === '+' || sign === '?') {
      if (!canRepeat) return `'${sign}' has nothing before it to repeat`
      if (pattern.charAt(at + 1) === '?' || pattern.charAt(at + 1) === '+') at += 1
      canRepeat = false
    } else canRepeat = sign !== '|' && sign !== '^'
  }
  return depth > 0 ? "a '(' is never closed" : null
}

function classEnd(pattern: string, at: number): number {
  let end = at + 1
  if (pattern.charAt(end) === '^') end += 1
  if (pattern.charAt(end) === ']') end += 1
  for (; end < pattern.length; end += 1) {
    const sign = pattern.charAt(end)
    if (sign === '\\') end += 1
    else if (sign === '[' && pattern.charAt(end + 1) === ':') {
      const close = pattern.indexOf(':]', end + 2)
      if (close !== -1) end = close + 1
    } else if (sign === ']') return end
  }
  return -1
}
