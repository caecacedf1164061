import { countChanges, diffLines } from '#shared/text/line-diff.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import { innerChanges } from './inner-changes.ts'

export interface DiffJob {
  readonly job: number
  readonly before: string
  readonly after: string
}

/** `hunks`: four numbers each (before from, to, after from, to; zero-based, end exclusive). `inner`: see `innerChanges`. */
export interface DiffReply {
  readonly job: number
  readonly hunks: Int32Array
  readonly inner: Int32Array
  readonly added: number
  readonly removed: number
  readonly milliseconds: number
}

/** A few thousand made-up lines, so that the first real text already meets compiled code: half of the time at 100 000 lines. */
function warmUp(): void {
  const lines = Array.from({ length: 4000 }, (_, line) => `    server node-${line} 192.0.2.${line % 250}:8080 weight ${line % 100}`)
  const before = lines.join('\n')
  const after = lines.filter((_, line) => line % 37 !== 5).map((line, at) => (at % 23 === 7 ? `${line} backup` : line)).join('\n')
  for (let round = 0; round < 3; round += 1) innerChanges(diffLines(before, after), new LineIndex(before), new LineIndex(after))
}
warmUp()

addEventListener('message', (event: MessageEvent<DiffJob>) => {
  const { job, before, after } = event.data
  const started = performance.now()
  const hunks = diffLines(before, after)
  const flat = new Int32Array(hunks.length * 4)
  hunks.forEach((hunk, index) => flat.set([hunk.beforeStart, hunk.beforeEnd, hunk.afterStart, hunk.afterEnd], index * 4))
  const inner = hunks.length === 0 ? new Int32Array(0) : innerChanges(hunks, new LineIndex(before), new LineIndex(after))
  const { added, removed } = countChanges(hunks)
  const reply: DiffReply = { job, hunks: flat, inner, added, removed, milliseconds: performance.now() - started }
  postMessage(reply, { transfer: [flat.buffer, inner.buffer] })
})
