import type { Confidence } from '#shared/dialects/dialect.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'
import { contentEnd } from './accessors.ts'
import { isSectionKind } from './sections.ts'
import type { HaproxyTree } from './tree.ts'

/** One entry per section; `span` covers it from its opening word to the end of its last line with words. */
export function outlineHaproxy(tree: HaproxyTree): readonly { readonly title: string; readonly kind: string; readonly span: Span }[] {
  const { lines, file } = tree
  return tree.sections.map((section) => {
    let last = section.endLine - 1
    while (last > section.line && lines.firstWord[last] === lines.firstWord[last + 1]) last -= 1
    const start = lines.wordStart[lines.firstWord[section.line] as number] as number
    const title = section.name === null ? section.kind : `${section.kind} ${section.name}`
    return { title, kind: section.kind, span: { file: file.path, start, end: contentEnd(tree, last) } }
  })
}

/** Words that only an HAProxy config starts a line with. */
const telling = new Set(['use_backend', 'default_backend', 'balance', 'acl', 'http-request', 'tcp-request', 'stats', 'timeout', 'maxconn', 'mode', 'bind', 'server', 'option', 'daemon', 'chroot', 'nbthread'])

const longestLook = 200_000

/**
 * How sure we are that a text is an HAProxy config: from section openings and keywords in its first 200 000 characters.
 * Lines that look like another product (`{`, `;` or `:` at their end) count against it.
 */
export function detectHaproxy(file: SourceFile): Confidence {
  if (file.role !== 'config') return 0
  let sections = 0
  let proxies = 0
  let keywords = 0
  let foreign = 0
  let total = 0
  for (const line of file.text.slice(0, longestLook).split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    total += 1
    const space = trimmed.search(/[ \t]/)
    const word = (space === -1 ? trimmed : trimmed.slice(0, space)).replace(/^\uFEFF/, '')
    const tail = trimmed.charAt(trimmed.length - 1)
    if (tail === '{' || tail === ';' || (tail === ':' && space === -1) || trimmed.startsWith('- ')) foreign += 1
    else if (isSectionKind(word) && !trimmed.includes('{')) {
      sections += 1
      if (word === 'frontend' || word === 'backend' || word === 'listen' || word === 'defaults' || word === 'global') proxies += 1
    } else if (telling.has(word)) keywords += 1
  }
  const named = /\.(cfg|haproxy)$|haproxy/i.test(file.path.slice(file.path.lastIndexOf('/') + 1)) ? 0.2 : 0
  if (total === 0) return named
  if (foreign > (sections + keywords) * 2) return 0
  if (sections === 0) return Math.min(0.6, named + (keywords > 0 ? 0.3 * (keywords / total) : 0))
  if (proxies > 0 && keywords > 0) return 1
  return Math.min(1, 0.6 + named)
}
