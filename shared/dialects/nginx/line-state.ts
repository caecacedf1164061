/** What the colours of a line depend on from the lines above it. */
export interface LineState {
  /** Names of the open blocks, outermost first. */
  blocks: string[]
  /** Directive whose words go on; empty: none. */
  directive: string
  /** Quote that is open at the end of the line; empty: none. */
  quote: string
  /** Open braces of a Lua block; 0: none. */
  luaDepth: number
}

const mostBlocks = 50
const separator = '\n'

export function readState(text: string | null): LineState {
  const [directive = '', quote = '', depth = '0', ...blocks] = (text ?? '').split(separator)
  return { directive, quote, luaDepth: Number(depth), blocks }
}

/** The state as one text; null at the top level between directives. Beyond 50 open blocks the outer ones are forgotten. */
export function writeState({ blocks, directive, quote, luaDepth }: LineState): string | null {
  if (blocks.length === 0 && directive === '' && quote === '' && luaDepth === 0) return null
  return [directive, quote, String(luaDepth), ...blocks.slice(-mostBlocks)].join(separator)
}
