import { haproxySupport } from './support.ts'
import { sectionKinds } from './sections.ts'

/** Kinds of support entries whose first word starts a line. */
const lineKinds: ReadonlySet<string> = new Set(['global', 'proxy', ...sectionKinds])

const firstWords: ReadonlySet<string> = (() => {
  const found = new Set<string>(['no', 'default'])
  for (const key of haproxySupport.entries.keys()) {
    const [kind = '', word = ''] = key.split(' ')
    if (lineKinds.has(kind)) found.add(word)
  }
  return found
})()

/** Whether `word` may start a line of some section in some version. */
export function isFirstWord(word: string): boolean {
  return firstWords.has(word)
}
