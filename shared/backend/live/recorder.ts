import type { RecordingFile, RecordingPort } from '#shared/backend/live-ports.ts'
import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { RecordingEncoder } from '#shared/live/recording/encoder.ts'
import type { RecordedAlert, RecordedConfig, RecordedEvent, RecordingHead } from '#shared/live/recording/entries.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'

/** Where a recording ends by itself. */
export interface RecordingLimits {
  readonly bytes: number
  readonly ms: number
}

export const usualLimits: RecordingLimits = { bytes: 512 * 1024 * 1024, ms: 7 * 86_400_000 }

export interface RecorderStatus {
  /** Bytes in the file. */
  readonly bytes: number
  /** From the first poll to the last that was recorded. */
  readonly seconds: number
  /** Why nothing is recorded at the moment; null: everything is. */
  readonly problem: Failure | null
}

type Entry = (encoder: RecordingEncoder) => void

const backlogBytes = 8 * 1024 * 1024
/** What was appended outlives this program at once; a power cut may cost as much as this. */
const syncMs = 5000
const keptEntries = 1000

/** Line of the config that an alert points at. */
export type AlertLine = (alert: Alert) => RecordedAlert['line']

/**
 * Writes one session into one file, and never stands in the way of watching: nothing here waits or throws.
 *
 * Each poll is handed to the system at once, so that it outlives this program, and is on disk within five seconds. What cannot be written is dropped and said
 * in `status`; it is tried again with every poll, and when it works again the gap is an entry of its own. At a limit the
 * recording ends.
 */
export class LiveRecorder {
  readonly #port: RecordingPort
  readonly #path: string
  readonly #head: RecordingHead
  readonly #limits: RecordingLimits
  #encoder = new RecordingEncoder()
  #file: RecordingFile
  /** Configs in force, for a file that has to begin anew. */
  readonly #configs = new Map<string, Entry>()
  /** Entries between polls that were encoded and are not in the file yet. */
  #waiting: Entry[] = []
  /** Polls that were encoded and are not in the file yet, and when the first of them was. */
  #waitingPolls = 0
  #waitingFromMs = 0
  /** Entries that could not be written, which are tried again, and the polls, which are not. */
  #lost: Entry[] = []
  #lostPolls = 0
  #lostFromMs = 0
  #problem: Failure | null = null
  /** The last flush to disk failed; what was appended is with the system. */
  #unsynced: Failure | null = null
  /** The disk does not keep up: nothing is encoded until it has. */
  #isBehind = false
  #isFull = false
  #isGone = false
  #writing: Promise<void> | null = null
  #syncedMs = -Infinity
  #firstMs: number | null = null
  #lastMs = 0
  #firing = new Map<string, RecordedAlert>()

  private constructor(port: RecordingPort, path: string, head: RecordingHead, limits: RecordingLimits, file: RecordingFile) {
    this.#port = port
    this.#path = path
    this.#head = head
    this.#limits = limits
    this.#file = file
    this.#encoder.head(head)
  }

  /** Creates the file and writes its head. Errors: it exists, or cannot be written. */
  static async start(port: RecordingPort, path: string, head: RecordingHead, limits: RecordingLimits = usualLimits): Promise<Result<LiveRecorder>> {
    const file = await port.create(path)
    if (!file.ok) return file
    const recorder = new LiveRecorder(port, path, head, limits, file.value)
    await recorder.#pump()
    return recorder.#problem === null ? ok(recorder) : { ok: false, failure: recorder.#problem }
  }

  poll(snapshot: LiveSnapshot): void {
    const { monotonicMs, wallMs } = snapshot.taken
    if (this.#isFull) return
    this.#firstMs ??= monotonicMs
    this.#lastMs = monotonicMs
    if (this.#file.length + this.#encoder.waiting > this.#limits.bytes || monotonicMs - this.#firstMs > this.#limits.ms) {
      this.#fill(wallMs)
      return
    }
    if (this.#prepare(wallMs)) {
      this.#encoder.poll(snapshot)
      this.#waitingPolls += 1
      this.#run()
    } else this.#lostPolls += 1
  }

  miss(failure: Failure, wallMs: number): void {
    this.#add((encoder) => { encoder.miss(failure, wallMs) }, wallMs)
  }

  event(event: RecordedEvent, wallMs: number): void {
    this.#add((encoder) => { encoder.event(event, wallMs) }, wallMs)
  }

  /** The config that polls are judged against from here on. */
  config(config: RecordedConfig, wallMs: number): void {
    const entry: Entry = (encoder) => { encoder.config(config, wallMs) }
    this.#configs.set(config.role, entry)
    this.#add(entry, wallMs)
  }

  /** What fires after a poll or a miss: what is new has begun, what is missing has ended. */
  alerts(firing: readonly Alert[], lineOf: AlertLine, wallMs: number): void {
    const now = new Map<string, RecordedAlert>()
    for (const alert of firing) {
      const { key, rule, pool, server, severity, sentence } = alert
      const known = this.#firing.get(key)
      now.set(key, known !== undefined && known.severity === severity ? known : { key, rule, pool, server, severity, sentence, line: lineOf(alert) })
    }
    for (const [key, alert] of this.#firing) if (!now.has(key)) this.event({ type: 'alert-end', alert }, wallMs)
    for (const [key, alert] of now) if (this.#firing.get(key) !== alert) this.event({ type: 'alert-start', alert }, wallMs)
    this.#firing = now
  }

  status(): RecorderStatus {
    return { bytes: this.#file.length, seconds: this.#firstMs === null ? 0 : Math.max(0, this.#lastMs - this.#firstMs) / 1000, problem: this.#problem ?? this.#unsynced }
  }

  /** Resolves when everything that was given so far is in the file, or was refused. */
  async drained(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  /** Writes what is left and ends the recording. */
  async close(): Promise<void> {
    await this.drained()
    if (!this.#isFull && !this.#isGone) {
      this.#prepare(this.#lostFromMs)
      this.#encoder.close()
      this.#syncedMs = -Infinity
      this.#run()
      await this.drained()
    }
    await this.#file.close()
  }

  #add(entry: Entry, wallMs: number): void {
    if (this.#isFull) return
    if (!this.#prepare(wallMs)) {
      this.#lost = [...this.#lost, entry].slice(-keptEntries)
      return
    }
    entry(this.#encoder)
    this.#waiting.push(entry)
    this.#run()
  }

  /** False: nothing can be taken now. After a failure the next entry begins anew behind what is in the file, with what must not be missing. */
  #prepare(wallMs: number): boolean {
    if (this.#writing !== null) {
      if (!this.#isBehind && this.#encoder.waiting > backlogBytes) {
        this.#isBehind = true
        this.#lostFromMs = wallMs
        this.#problem = failed('io', `${this.#path} is written too slowly: polls are left out.`, this.#path).failure
      }
      if (!this.#isBehind && this.#waitingPolls === 0) this.#waitingFromMs = wallMs
      return !this.#isBehind
    }
    this.#isBehind = false
    if (this.#problem !== null) this.#startAgain(this.#problem)
    if (this.#waitingPolls === 0) this.#waitingFromMs = wallMs
    return true
  }

  #startAgain(problem: Failure): void {
    if (this.#isGone) {
      this.#encoder = new RecordingEncoder()
      this.#encoder.head(this.#head)
      for (const config of this.#configs.values()) config(this.#encoder)
    } else this.#encoder.resumeAt(this.#file.length)
    if (this.#lostPolls > 0) this.#encoder.event({ type: 'gap', text: `${this.#lostPolls} ${this.#lostPolls === 1 ? 'poll is' : 'polls are'} missing: ${problem.message}` }, this.#lostFromMs)
    for (const entry of this.#lost) entry(this.#encoder)
    this.#waiting = this.#lost
    this.#lost = []
  }

  /** `polls` of the entries that were handed to the file are not in it. */
  #fail(failure: Failure, entries: readonly Entry[], polls: number): void {
    if (this.#problem === null) this.#lostFromMs = this.#waitingFromMs
    this.#problem = failure
    this.#lost = [...this.#lost, ...entries, ...this.#waiting].slice(-keptEntries)
    this.#lostPolls += polls + this.#waitingPolls
    this.#waiting = []
    this.#waitingPolls = 0
  }

  #fill(wallMs: number): void {
    const words = this.#file.length + this.#encoder.waiting > this.#limits.bytes ? `its limit of ${Math.round(this.#limits.bytes / 1024 / 1024)} MB` : `its limit of ${Math.round(this.#limits.ms / 36_000) / 100} hours`
    this.event({ type: 'note', text: `The recording ended here: it reached ${words}.` }, wallMs)
    this.#isFull = true
    this.#encoder.close()
    this.#run()
    this.#problem = failed('too-large', `${this.#path} reached ${words}: nothing more is recorded.`, this.#path).failure
  }

  #run(): void {
    this.#writing ??= this.#pump().finally(() => { this.#writing = null })
  }

  async #pump(): Promise<void> {
    // What comes meanwhile goes with the next round.
    while (this.#encoder.waiting > 0) {
      const entries = this.#waiting
      const polls = this.#waitingPolls
      const bytes = this.#encoder.take()
      this.#waiting = []
      this.#waitingPolls = 0
      const done = await this.#write(bytes)
      if (!done.ok) return this.#fail(done.failure, entries, polls)
      if (this.#isFull || this.#isBehind) continue
      this.#problem = null
      this.#lostPolls = 0
    }
  }

  async #write(bytes: Uint8Array): Promise<Result<null>> {
    if (this.#isGone) {
      const created = await this.#port.create(this.#path)
      if (!created.ok) return created
      await this.#file.close()
      this.#file = created.value
      this.#isGone = false
    }
    const appended = await this.#file.append(bytes)
    this.#isGone = !appended.ok && appended.failure.code === 'not-found'
    if (!appended.ok || this.#lastMs - this.#syncedMs < syncMs) return appended
    this.#syncedMs = this.#lastMs
    const synced = await this.#file.sync()
    this.#unsynced = synced.ok ? null : synced.failure
    return appended
  }
}
