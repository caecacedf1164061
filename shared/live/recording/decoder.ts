import { failed, type Failure } from '#shared/diagnostics/failure.ts'
import { ByteReader, DamagedRecord } from './byte-reader.ts'
import { recordingVersion, type RecordedEntry, type RecordingHead, type RecordingProblem } from './entries.ts'
import { checked, configSchema, eventSchema, headSchema, missSchema, toFailure } from './entry-schemas.ts'
import { findFrame, readFrame, type Frame } from './frames.ts'
import { PollReader } from './poll-reader.ts'

const toldProblems = 100

/**
 * Reads a recording piece by piece, so that one of any length needs little memory.
 *
 * `failure`: it is no recording, or one of a newer version; then nothing else comes. Damage in the middle costs the polls
 * up to the next key and is told in `problems`; so is an end without a close.
 */
export class RecordingDecoder {
  readonly problems: RecordingProblem[] = []
  head: RecordingHead | null = null
  failure: Failure | null = null
  #rest = new Uint8Array(0)
  /** Place of `#rest` in the file. */
  #at = 0
  #closed = false
  /** The record before was damaged, which was told. */
  #lost = false
  readonly #polls = new PollReader()

  /** Where reading stands in the file: behind the last whole entry. */
  get at(): number {
    return this.#at
  }

  /** Entries that are whole with the next piece of the file. */
  *take(piece: Uint8Array): Generator<RecordedEntry, void, undefined> {
    const bytes = this.#rest.length === 0 ? piece : joined(this.#rest, piece)
    yield* this.#read(bytes, false)
  }

  /** Entries behind a damaged length, and what the end of the file tells. */
  *end(): Generator<RecordedEntry, void, undefined> {
    yield* this.#read(this.#rest, true)
    if (this.failure !== null) return
    if (this.head === null) this.#fail('bad-answer', 'The file holds no recording: it ends before it says what was recorded.')
    else if (!this.#closed && !this.#lost) this.#tell(this.#at, 'The recording was not closed; what came after its last entry is not known.')
  }

  *#read(bytes: Uint8Array, isEnd: boolean): Generator<RecordedEntry, void, undefined> {
    let at = 0
    while (at < bytes.length && this.failure === null) {
      const frame = readFrame(bytes, at)
      if (frame === 'short' && !isEnd) break
      if (typeof frame === 'string') {
        this.#damage(frame === 'short' ? 'The recording ends within an entry.' : 'The recording is damaged.', this.#at + at)
        at = findFrame(bytes, at + 1)
        continue
      }
      const entry = this.#entry(frame, this.#at + at)
      at = frame.next
      if (entry !== null) yield entry
    }
    this.#at += at
    this.#rest = bytes.slice(at)
  }

  #entry(frame: Frame, at: number): RecordedEntry | null {
    if (this.head === null) {
      this.#readHead(frame)
      return null
    }
    // Told where it began; changes that build on what is lost are lost as well.
    if (frame.kind === 'delta' && !this.#polls.knowsRows) {
      this.#damage('A poll that others build on is missing.', at)
      return null
    }
    try {
      const entry = this.#content(frame.kind, new ByteReader(frame.content))
      if (frame.kind === 'key' || frame.kind === 'delta') this.#lost = false
      return entry
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error
      this.#damage(error.message, at)
      return null
    }
  }

  #content(kind: Frame['kind'], content: ByteReader): RecordedEntry | null {
    switch (kind) {
      case 'head': throw new DamagedRecord('A second recording begins within this one.')
      case 'texts':
        this.#polls.texts(content)
        return null
      case 'facts':
        this.#polls.facts(content)
        return null
      case 'key': return { kind: 'poll', snapshot: this.#polls.key(content) }
      case 'delta': return { kind: 'poll', snapshot: this.#polls.delta(content) }
      case 'config': return { kind: 'config', ...checked(() => configSchema.parse(content.json())) }
      case 'event': return { kind: 'event', ...checked(() => eventSchema.parse(content.json())) }
      case 'miss': {
        const { wallMs, failure } = checked(() => missSchema.parse(content.json()))
        return { kind: 'miss', failure: toFailure(failure), wallMs }
      }
      case 'index': return null
      case 'end':
        this.#closed = true
        return null
    }
  }

  #readHead(frame: Frame): void {
    if (frame.kind !== 'head') return this.#fail('bad-answer', 'The file is no recording: it does not begin with what was recorded.')
    try {
      const value = new ByteReader(frame.content).json()
      const format = typeof value === 'object' && value !== null ? (value as { readonly format?: unknown }).format : undefined
      if (typeof format === 'number' && format > recordingVersion) return this.#fail('unsupported', `The recording was made by a newer version of Steelyard (format ${format}; this one reads up to ${recordingVersion}).`)
      const { format: _format, ...head } = checked(() => headSchema.parse(value))
      this.head = head
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error
      this.#fail('bad-answer', 'The beginning of the recording is damaged.')
    }
  }

  #damage(message: string, at: number): void {
    if (this.head === null) return this.#fail('bad-answer', at === 0 && message.includes('ends within') ? 'The file holds no recording: it ends before it says what was recorded.' : 'The file is no recording of Steelyard.')
    this.#polls.forget()
    if (!this.#lost) this.#tell(at, message)
    this.#lost = true
  }

  #tell(byte: number, message: string): void {
    if (this.problems.length < toldProblems) this.problems.push({ byte, message })
  }

  #fail(code: 'bad-answer' | 'unsupported', message: string): void {
    this.failure = failed(code, message).failure
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
