import type { NginxTree } from './tree.ts'

/** Every token in order; joined they equal the text. */
export function* nginxTokens(tree: NginxTree): Iterable<string> {
  const { tokens, file } = tree
  for (let token = 0; token < tokens.count; token += 1) yield file.text.slice(tokens.start[token], tokens.start[token + 1])
}
