import type { BytesPort } from '#shared/backend/ports.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'

interface Kept {
  readonly atMs: number
  readonly bytes: Uint8Array
  /** Something began or ended here: it outlives its neighbours. */
  readonly isTurn: boolean
}

/**
 * The samples of one session, oldest first, within a bound of bytes.
 *
 * When the bound is reached, every second one of the older half goes, except where alerts, the process or the answers
 * changed: what is long ago gets coarser, and nothing is cut off at the front.
 */
export class SampleStore {
  readonly #bytes: Pick<BytesPort, 'fromText' | 'decode'>
  readonly #limit: number
  #kept: Kept[] = []
  #size = 0
  #last = ''

  constructor(bytes: Pick<BytesPort, 'fromText' | 'decode'>, limitBytes: number) {
    this.#bytes = bytes
    this.#limit = limitBytes
  }

  add(sample: LiveSample): void {
    const state = stateOf(sample)
    const kept = { atMs: sample.atMs, bytes: this.#bytes.fromText(JSON.stringify(sample)), isTurn: state !== this.#last }
    this.#last = state
    this.#kept.push(kept)
    this.#size += kept.bytes.length
    while (this.#size > this.#limit && this.#kept.length > 8) this.#thin()
  }

  get count(): number {
    return this.#kept.length
  }

  get sizeBytes(): number {
    return this.#size
  }

  /** Time of the first and the last sample; null: there is none. */
  range(): { readonly fromMs: number; readonly toMs: number } | null {
    const first = this.#kept[0]
    const last = this.#kept.at(-1)
    return first === undefined || last === undefined ? null : { fromMs: first.atMs, toMs: last.atMs }
  }

  /** The sample that held at a time: the last one not after it, else the first. Null: there is none. */
  at(atMs: number): LiveSample | null {
    let low = 0
    let high = this.#kept.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#kept[middle] as Kept).atMs <= atMs) low = middle + 1
      else high = middle
    }
    return this.#read(this.#kept[Math.max(0, low - 1)])
  }

  #read(kept: Kept | undefined): LiveSample | null {
    return kept === undefined ? null : (JSON.parse(this.#bytes.decode(kept.bytes).text) as LiveSample)
  }

  #thin(): void {
    const half = this.#kept.length >> 1
    const turns = this.#kept.slice(0, half).filter((one) => one.isTurn).length
    // Where nothing but turns is left they have to go as well.
    const spare = turns < half / 2
    this.#kept = this.#kept.filter((one, index) => index === 0 || index >= half || index % 2 === 0 || (spare && one.isTurn))
    this.#size = this.#kept.reduce((sum, one) => sum + one.bytes.length, 0)
  }
}

function stateOf(sample: LiveSample): string {
  return `${sample.configId ?? ''}|${sample.process ?? ''}|${sample.missed === null}|${sample.alerts.map((alert) => alert.key).join()}`
}
