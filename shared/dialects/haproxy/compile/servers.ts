import type { MemberOptions } from '#shared/model/pool.ts'
import { memberCount, memberId, namesOf, pushSlot, settledMembers } from './member-sink.ts'
import type { MemberSink } from './member-sink.ts'
import { expandServerAddress } from './server-addresses.ts'
import { optionsOf } from './server-defaults.ts'
import type { ServerDefaults } from './server-defaults.ts'
import { lineSpanOf, refuse, report, wordSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { parseAddress } from './values.ts'
import type { AddressParts } from './values.ts'

/** `server NAME ADDRESS OPTIONS…` and `server-template PREFIX COUNT ADDRESS OPTIONS…`. */
export function addServer(state: CompileState, sink: MemberSink, ref: LineRef, defaults: ServerDefaults): void {
  const { values } = ref
  const isTemplate = values[0] === 'server-template'
  const name = values[1]
  const addressAt = isTemplate ? 3 : 2
  const written = values[addressAt]
  if (name === undefined || written === undefined) {
    refuse(state, ref, 0, 'haproxy/bad-server', isTemplate ? "'server-template' needs a prefix, a count and an address." : "'server' needs a name and an address.", 'HAProxy configuration manual, section 4.2')
    return
  }
  const address = expandServerAddress(state, written, ref.environment)
  const parts = parseAddress(address)
  const options = optionsOf(state, ref, addressAt, defaults)
  if (!isTemplate) {
    pushMember(state, sink, ref, name, address, parts, options)
    return
  }
  const range = templateNumbers(values[2] as string)
  if (range === null) {
    refuse(state, ref, 2, 'haproxy/bad-server', `'${values[2] as string}' is not a number or range of servers.`, 'HAProxy configuration manual, section 4.2')
    return
  }
  for (let number = range.from; number <= range.to; number += 1) pushMember(state, sink, ref, `${name}${number}`, address, parts, options)
}

/** First and last number of a `server-template`, from its count or range; null: it is neither. */
function templateNumbers(written: string): { readonly from: number; readonly to: number } | null {
  const range = /^(\d+)(?:-(\d+))?$/.exec(written)
  if (range === null) return null
  const from = range[2] === undefined ? 1 : Number(range[1])
  const to = Number(range[2] ?? range[1])
  return to < from || to - from > 100_000 ? null : { from, to }
}

function pushMember(state: CompileState, sink: MemberSink, ref: LineRef, name: string, address: string, parts: AddressParts, options: MemberOptions): void {
  const names = namesOf(sink, ref.tree)
  if (names.has(name)) {
    const first = settledMembers(sink, ref.tree).find((member) => member.name === name)
    report(state, {
      code: 'haproxy/duplicate-server', severity: 'error', at: wordSpanOf(ref, 1), source: 'H-DEF-8', names: [sink.name, name],
      message: `HAProxy refuses to start because '${sink.name}' has two servers named '${name}'.`,
      related: first?.origin[0] === undefined ? [] : [{ at: first.origin[0], message: 'The first one stands here.' }],
    })
    return
  }
  names.add(name)
  // The set is only worth keeping for many servers: plain lines add to it only then.
  if (memberCount(sink) < 15) sink.memberNames = null
  pushSlot(sink, {
    id: memberId(sink.name, name), name, address, host: parts.socket ?? parts.host, port: parts.port, portOffset: parts.offset, options, origin: [lineSpanOf(ref)],
  })
}
