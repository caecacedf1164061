/**
 * Offset of the `}` that closes a Lua block whose body starts at `at`, or -1 if there is none.
 *
 * Braces inside strings, long brackets and comments do not count.
 * Source: lua-nginx-module, "*_by_lua_block"; Lua reference manual, section 3.1.
 */
export function endOfLua(text: string, at: number): number {
  let depth = 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 125) {
      depth -= 1
      if (depth === 0) return at
      at += 1
    } else if (code === 123) {
      depth += 1
      at += 1
    } else if (code === 34 || code === 39) at = endOfString(text, at, code)
    else if (code === 91) at = endOfLongBracket(text, at) ?? at + 1
    else if (code === 45 && text.charCodeAt(at + 1) === 45) at = endOfComment(text, at + 2)
    else at += 1
  }
  return -1
}

function endOfString(text: string, at: number, quote: number): number {
  let end = at + 1
  while (end < text.length) {
    const code = text.charCodeAt(end)
    // A short string ends at the line end at the latest, so that one lost quote does not swallow the file.
    if (code === 10) return end
    if (code === quote) return end + 1
    end += code === 92 ? 2 : 1
  }
  return text.length
}

function endOfComment(text: string, at: number): number {
  const long = text.charCodeAt(at) === 91 ? endOfLongBracket(text, at) : null
  if (long !== null) return long
  const feed = text.indexOf('\n', at)
  return feed === -1 ? text.length : feed
}

/** End of `[[ … ]]` or `[==[ … ]==]` that starts at `at`; null: no long bracket starts here. */
function endOfLongBracket(text: string, at: number): number | null {
  let level = at + 1
  while (text.charCodeAt(level) === 61) level += 1
  if (text.charCodeAt(level) !== 91) return null
  const closing = `]${'='.repeat(level - at - 1)}]`
  const end = text.indexOf(closing, level + 1)
  return end === -1 ? text.length : end + closing.length
}
