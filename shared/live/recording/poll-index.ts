import { ByteWriter } from './byte-writer.ts'

/** A poll as the index tells of it. */
export interface IndexedPoll {
  readonly at: number
  readonly end: number
  readonly monotonicMs: number
  readonly wallMs: number
  /** Place and lengths of the blocks. */
  readonly blocksAt: number
  readonly blocks: readonly number[]
}

/** Where the polls since the last key stand, so that a row or a time is found without reading everything. `before`: place of the index before this one. */
export function writeIndex(polls: readonly IndexedPoll[], before: number | null, layout: number, textsAt: readonly number[]): Uint8Array {
  const content = new ByteWriter()
  content.value(before)
  content.whole(layout)
  content.whole(textsAt.length)
  for (const at of textsAt) content.whole(at)
  content.whole(polls.length)
  content.whole(polls[0]?.blocks.length ?? 0)
  let from = 0
  for (const poll of polls) {
    content.whole(poll.at - from)
    from = poll.at
    content.float(poll.monotonicMs)
    content.float(poll.wallMs)
    content.whole(poll.blocksAt)
    for (const length of poll.blocks) content.whole(length)
  }
  return content.written()
}
