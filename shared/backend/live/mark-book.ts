import type { TimelineMark } from '#shared/rpc/live-payloads.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'

const mostMarks = 5000

/** What happened over the samples of one session, in the order in which it began. */
export class MarkBook {
  #marks: TimelineMark[] = []
  #next = 0
  readonly #open = new Map<string, string>()
  #configId: string | null | undefined = undefined

  add(sample: LiveSample): void {
    if (sample.restarted) this.#put({ kind: 'reload', severity: 'info', atMs: sample.atMs, endMs: null, text: 'The balancer was reloaded or restarted.', key: null })
    if (this.#configId !== undefined && this.#configId !== sample.configId) this.#put({ kind: 'config', severity: 'info', atMs: sample.atMs, endMs: null, text: 'Another config runs.', key: null })
    this.#configId = sample.configId
    const now = new Map(sample.alerts.filter((alert) => alert.rule !== 'reload' && alert.severity !== 'info' && alert.waived === null).map((alert) => [`alert ${alert.key}`, alert]))
    for (const [id, alert] of now) {
      if (!this.#open.has(id)) this.#open.set(id, this.#put({ kind: 'alert', severity: alert.severity, atMs: sample.atMs, endMs: null, text: alert.sentence, key: alert.key }))
    }
    if (sample.missed !== null && !this.#open.has('miss')) this.#open.set('miss', this.#put({ kind: 'miss', severity: 'warning', atMs: sample.atMs, endMs: null, text: sample.missed.message, key: null }))
    for (const id of [...this.#open.keys()]) {
      const goesOn = id === 'miss' ? sample.missed !== null : now.has(id)
      if (!goesOn) this.#end(id, sample.atMs)
    }
  }

  note(atMs: number, text: string): void {
    this.#put({ kind: 'note', severity: 'info', atMs, endMs: null, text, key: null })
    this.#marks.sort((a, b) => a.atMs - b.atMs)
  }

  list(): readonly TimelineMark[] {
    return this.#marks
  }

  /** Counts everything that was ever said, so that it tells whether something is new. */
  get changes(): number {
    return this.#next
  }

  #put(mark: Omit<TimelineMark, 'id'>): string {
    const id = `mark-${++this.#next}`
    this.#marks.push({ id, ...mark })
    if (this.#marks.length > mostMarks) this.#marks = this.#marks.slice(-mostMarks)
    return id
  }

  #end(openId: string, atMs: number): void {
    const id = this.#open.get(openId)
    this.#open.delete(openId)
    this.#next += 1
    this.#marks = this.#marks.map((mark) => (mark.id === id ? { ...mark, endMs: atMs } : mark))
  }
}
