import type { Span } from '#shared/text/span.ts'
import type { HaproxyTree } from '../tree.ts'
import { isEntryKind, isPoolKind, type ProxyDraft } from './proxy.ts'

/** Line of a setting of a frontend (or listen) or of a backend (or listen); null: none says it. */
export function settingPlace(proxies: readonly ProxyDraft[], owner: 'group' | 'pool', name: string, setting: string): Span | null {
  const isOwner = owner === 'group' ? isEntryKind : isPoolKind
  const proxy = proxies.find((one) => one.name === name && isOwner(one.kind))
  return proxy === undefined ? null : placeIn(proxy, setting.split(' '))
}

/** The last line of a section that begins with these words, else that of the defaults it starts with. */
function placeIn(proxy: ProxyDraft, words: readonly string[]): Span | null {
  const { tree } = proxy
  const end = tree.sections.find((section) => section.line === proxy.line)?.endLine ?? tree.lines.count
  for (let line = end - 1; line > proxy.line; line -= 1) {
    const found = lineIf(tree, line, words)
    if (found !== null) return found
  }
  return proxy.defaults === null ? null : placeIn(proxy.defaults, words)
}

function lineIf({ lines, file }: HaproxyTree, line: number, words: readonly string[]): Span | null {
  const first = lines.firstWord[line] as number
  const next = lines.firstWord[line + 1] as number
  if (next - first < words.length) return null
  const same = words.every((word, index) => file.text.slice(lines.wordStart[first + index], lines.wordEnd[first + index]) === word)
  return same ? { file: file.path, start: lines.wordStart[first] as number, end: lines.wordEnd[next - 1] as number } : null
}
