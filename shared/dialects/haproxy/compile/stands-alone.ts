import type { LineRef } from './state.ts'

/** Parts of a request that mean the same in every config, whatever else it says. */
const fetches = new Set(['path', 'hdr', 'req.hdr', 'method', 'src'].flatMap((name) => [name, ...['beg', 'dir', 'dom', 'end', 'len', 'reg', 'sub'].map((way) => `${name}_${way}`)]))
const flags = new Set(['-i', '-m', '--'])

/**
 * Whether the condition from word `from` (`if` or `unless`) on says by itself what it means in any config for the same
 * version: only tests in braces, of parts of the request, without names, lists, variables and quotes. True only where
 * that is seen at once.
 */
export function standsAlone({ cooked, values }: LineRef, from: number): boolean {
  if (cooked !== null || (values[from] !== 'if' && values[from] !== 'unless') || values.length === from + 1) return false
  let inside = false
  for (let at = from + 1; at < values.length; at += 1) {
    const word = values[at] as string
    if (inside) {
      if (word === '}') inside = false
      else if (word.charCodeAt(0) === 45 && !flags.has(word)) return false
    } else if (word === '{' || word === '!{') {
      at += 1
      if (!fetches.has(fetchName(values[at] ?? ''))) return false
      inside = true
    } else if (word !== 'or' && word !== '||') return false
  }
  return !inside
}

/** `hdr` of `hdr(host)`; nothing where something follows, such as a converter. */
function fetchName(text: string): string {
  const open = text.indexOf('(')
  if (open === -1) return text
  return text.indexOf(')') === text.length - 1 && !text.includes(',') ? text.slice(0, open) : ''
}
