import { lineFlags } from '../tree.ts'
import type { HaproxyTree } from '../tree.ts'
import { memberCount, namesOf, pushSlot, settleSlots, slotAt } from './member-sink.ts'
import type { MemberSink } from './member-sink.ts'
import { knownOptions } from './server-defaults.ts'
import type { ServerDefaults } from './server-defaults.ts'

/**
 * The common `server NAME ADDRESS:PORT OPTIONS…` line without quotes, straight from the offsets.
 * False: the line needs the general way.
 */
export function addPlainServer(sink: MemberSink, tree: HaproxyTree, line: number, defaults: ServerDefaults): boolean {
  const { lines, file } = tree
  if (((lines.flags[line] as number) & (lineFlags.cooked | lineFlags.broken)) !== 0) return false
  const first = lines.firstWord[line] as number
  const next = lines.firstWord[line + 1] as number
  if (next - first < 3) return false
  const { text } = file
  const addressStart = lines.wordStart[first + 2] as number
  const addressEnd = lines.wordEnd[first + 2] as number
  const lead = text.charCodeAt(addressStart)
  if (lead < 48 || lead > 57) return false
  let at = addressEnd - 1
  for (; at > addressStart; at -= 1) {
    const code = text.charCodeAt(at)
    if (code === 44) return false
    if (code < 48 || code > 57) break
  }
  const digits = addressEnd - 1 - at
  if (text.charCodeAt(at) !== 58 || digits === 0 || digits > 5) return false
  const end = lines.wordEnd[next - 1] as number
  if (knownOptions(defaults, tree, line, addressEnd, end) === undefined) return false
  if (hasPlainName(sink, tree, first + 1)) return false
  if (sink.plainDefaults !== defaults) {
    if (sink.plainDefaults !== null) settleSlots(sink, tree)
    sink.plainDefaults = defaults
  }
  if (sink.slots.length > 0) pushSlot(sink, line)
  else if (sink.runCount === 0) {
    sink.runStart = line
    sink.runCount = 1
  } else if (line === sink.runStart + sink.runCount) sink.runCount += 1
  else pushSlot(sink, line)
  return true
}

/** Whether word `word` names a server that is there already; many servers are remembered in a set. */
function hasPlainName(sink: MemberSink, tree: HaproxyTree, word: number): boolean {
  const { lines, file } = tree
  const start = lines.wordStart[word] as number
  const end = lines.wordEnd[word] as number
  const count = memberCount(sink)
  if (sink.memberNames === null && count < 16) {
    for (let index = count - 1; index >= 0; index -= 1) {
      const slot = slotAt(sink, index)
      if (typeof slot !== 'number') {
        if (slot.name.length === end - start && file.text.startsWith(slot.name, start)) return true
        continue
      }
      const other = (lines.firstWord[slot] as number) + 1
      const from = lines.wordStart[other] as number
      if ((lines.wordEnd[other] as number) - from === end - start && sameText(file.text, from, start, end - start)) return true
    }
    return false
  }
  const names = namesOf(sink, tree)
  const name = file.text.slice(start, end)
  if (names.has(name)) return true
  names.add(name)
  return false
}

/** From the end: numbered names differ there. */
function sameText(text: string, a: number, b: number, length: number): boolean {
  for (let at = length - 1; at >= 0; at -= 1) if (text.charCodeAt(a + at) !== text.charCodeAt(b + at)) return false
  return true
}
