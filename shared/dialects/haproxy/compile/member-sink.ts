import { invariant } from '#shared/diagnostics/invariant.ts'
import type { Member } from '#shared/model/pool.ts'
import type { HaproxyTree } from '../tree.ts'
import { knownOptions } from './server-defaults.ts'
import type { ServerDefaults } from './server-defaults.ts'

/**
 * Where the servers of one proxy go, in configuration order.
 *
 * Plain lines are kept as line numbers and their members are made when somebody asks: large files have hundreds of
 * thousands of servers that no picture shows. Everything that can be wrong with such a line is checked before.
 * The first `runCount` servers stand on the lines from `runStart` on, without gaps; the others are in `slots`.
 */
export interface MemberSource {
  readonly name: string
  readonly runStart: number
  readonly runCount: number
  readonly slots: readonly (Member | number)[]
  /** Options of plain lines come from here. */
  readonly plainDefaults: ServerDefaults | null
}

/** A source that still grows. */
export interface MemberSink extends MemberSource {
  runStart: number
  runCount: number
  slots: readonly (Member | number)[]
  plainDefaults: ServerDefaults | null
  /** Names, once there are many; null: compare one by one. */
  memberNames: Set<string> | null
}

export function memberCount(sink: MemberSource): number {
  return sink.runCount + sink.slots.length
}

/** The member, or its plain line, at `index`. */
export function slotAt(sink: MemberSource, index: number): Member | number {
  return index < sink.runCount ? sink.runStart + index : (sink.slots[index - sink.runCount] as Member | number)
}

/** Members of the sink; plain lines stand in `tree`. */
export function settledMembers(sink: MemberSource, tree: HaproxyTree): readonly Member[] {
  const members: Member[] = []
  const count = memberCount(sink)
  for (let index = 0; index < count; index += 1) {
    const slot = slotAt(sink, index)
    members.push(typeof slot === 'number' ? plainMember(tree, slot, sink) : slot)
  }
  return members
}

/** Makes the members so far, because the options of plain lines change below (`default-server`). */
export function settleSlots(sink: MemberSink, tree: HaproxyTree): void {
  if (memberCount(sink) === 0) return
  sink.slots = settledMembers(sink, tree)
  sink.runCount = 0
}

/** Identities say what a server is called and where it stands. */
export function memberId(pool: string, name: string): string {
  return `pool:${pool}/server:${name}`
}

export function pushSlot(sink: MemberSink, slot: Member | number): void {
  if (sink.slots.length === 0) sink.slots = [slot]
  else (sink.slots as (Member | number)[]).push(slot)
}

function plainMember(tree: HaproxyTree, line: number, sink: MemberSource): Member {
  const { lines, file } = tree
  const { text } = file
  const first = lines.firstWord[line] as number
  const last = (lines.firstWord[line + 1] as number) - 1
  const addressEnd = lines.wordEnd[first + 2] as number
  const address = text.slice(lines.wordStart[first + 2], addressEnd)
  const colon = address.lastIndexOf(':')
  const name = text.slice(lines.wordStart[first + 1], lines.wordEnd[first + 1])
  const end = lines.wordEnd[last] as number
  const options = sink.plainDefaults === null ? undefined : knownOptions(sink.plainDefaults, tree, line, addressEnd, end)
  invariant(options !== undefined, 'options of a plain server line are known')
  return {
    id: memberId(sink.name, name), name, address, host: address.slice(0, colon), port: Number(address.slice(colon + 1)), portOffset: 0, options,
    origin: [{ file: file.path, start: lines.wordStart[first] as number, end }],
  }
}

/** Names of all servers so far, kept in the sink from the first call on. */
export function namesOf(sink: MemberSink, tree: HaproxyTree): Set<string> {
  if (sink.memberNames === null) {
    const names = new Set<string>()
    for (let index = memberCount(sink) - 1; index >= 0; index -= 1) {
      const slot = slotAt(sink, index)
      if (typeof slot !== 'number') {
        names.add(slot.name)
        continue
      }
      const word = (tree.lines.firstWord[slot] as number) + 1
      names.add(tree.file.text.slice(tree.lines.wordStart[word], tree.lines.wordEnd[word]))
    }
    sink.memberNames = names
  }
  return sink.memberNames
}

/** Whether the proxy has a server of that name. */
export function hasServer(sink: MemberSink, tree: HaproxyTree, name: string): boolean {
  return namesOf(sink, tree).has(name)
}
