import type { LiveSample } from '#shared/view/live-sample.ts'
import { valuesOf, type SeriesAnswer, type SeriesPoints } from '#shared/view/live-series.ts'


interface Track {
  low: Float32Array
  high: Float32Array
}

const budgetValues = 12_000_000
const mostPieces = 16_384
const leastPieces = 512

/**
 * Values over the time of one session, in pieces of equal length. When all pieces are used two neighbours become one, so
 * that memory stays within a bound however long the session lasts, and peaks stay visible.
 *
 * Units: `pieceMs` is the length of a piece at the start; values are those of `valuesOf`.
 */
export class SeriesStore {
  readonly #tracks = new Map<string, Track>()
  #pieceMs: number
  #startMs: number | null = null
  #used = 0
  #pieces = 0
  readonly #nominalMs: number
  #lastMs = -Infinity

  constructor(pieceMs: number) {
    this.#pieceMs = pieceMs
    this.#nominalMs = pieceMs
  }

  /** A sample that only says that nothing is known leaves its piece empty. */
  add(sample: LiveSample): void {
    if (this.#startMs === null) this.#startMs = sample.atMs
    if (sample.atMs < this.#startMs) return
    const values = sample.missed === null ? valuesOf(sample) : []
    if (this.#pieces === 0) this.#pieces = piecesFor(values.length)
    while (this.#pieceOf(sample.atMs) >= this.#pieces) this.#halve()
    const at = this.#pieceOf(sample.atMs)
    // Polls do not come exactly in step: one that is late by less than another poll leaves no gap behind it.
    const isNext = sample.atMs - this.#lastMs < 1.9 * this.#nominalMs && sample.atMs > this.#lastMs
    const from = isNext ? Math.min(at, this.#pieceOf(this.#lastMs) + 1) : at
    if (values.length > 0) this.#lastMs = sample.atMs
    this.#used = Math.max(this.#used, at + 1)
    for (const [key, value] of values) {
      if (value === null) continue
      const { low, high } = this.#trackOf(key, at)
      for (let piece = from; piece <= at; piece += 1) {
        low[piece] = Number.isNaN(low[piece]) ? value : Math.min(low[piece] as number, value)
        high[piece] = Number.isNaN(high[piece]) ? value : Math.max(high[piece] as number, value)
      }
    }
  }

  #pieceOf(atMs: number): number {
    return Math.floor((atMs - (this.#startMs ?? atMs)) / this.#pieceMs)
  }

  /** At most `points` pieces of the time asked for. A key that is not known is all gaps. */
  query(keys: readonly string[], fromMs: number, toMs: number, points: number): SeriesAnswer {
    const start = this.#startMs
    if (start === null || toMs < fromMs) return { times: [], series: keys.map((key) => ({ key, low: [], high: [] })) }
    const first = Math.max(0, Math.floor((fromMs - start) / this.#pieceMs))
    const last = Math.min(this.#used - 1, Math.floor((toMs - start) / this.#pieceMs))
    const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, points)))
    const times: number[] = []
    for (let at = first; at <= last; at += step) times.push(start + (at + Math.min(step, last - at + 1) / 2) * this.#pieceMs)
    return { times, series: keys.map((key) => ({ key, ...this.#pick(key, first, last, step) })) }
  }

  #pick(key: string, first: number, last: number, step: number): Omit<SeriesPoints, 'key'> {
    const track = this.#tracks.get(key)
    const low: (number | null)[] = []
    const high: (number | null)[] = []
    for (let at = first; at <= last; at += step) {
      let least: number | null = null
      let most: number | null = null
      for (let one = at; one < Math.min(at + step, last + 1); one += 1) {
        const value = track?.low[one]
        if (value === undefined || Number.isNaN(value)) continue
        least = least === null ? value : Math.min(least, value)
        most = most === null ? (track?.high[one] as number) : Math.max(most, track?.high[one] as number)
      }
      low.push(least === null ? null : rounded(least))
      high.push(most === null ? null : rounded(most))
    }
    return { low, high }
  }

  #trackOf(key: string, at: number): Track {
    const known = this.#tracks.get(key)
    if (known !== undefined && at < known.low.length) return known
    const length = Math.min(this.#pieces, Math.max(64, 2 ** Math.ceil(Math.log2(at + 1))))
    const grown = { low: new Float32Array(length).fill(NaN), high: new Float32Array(length).fill(NaN) }
    if (known !== undefined) {
      grown.low.set(known.low)
      grown.high.set(known.high)
    }
    this.#tracks.set(key, grown)
    return grown
  }

  #halve(): void {
    this.#pieceMs *= 2
    this.#used = Math.ceil(this.#used / 2)
    for (const track of this.#tracks.values()) {
      fold(track.low, Math.min)
      fold(track.high, Math.max)
    }
  }
}

/** Two neighbours become one in place; the rest is free again. */
function fold(values: Float32Array, pick: (a: number, b: number) => number): void {
  for (let at = 0; at < values.length; at += 1) {
    const a = values[at * 2] ?? NaN
    const b = values[at * 2 + 1] ?? NaN
    values[at] = Number.isNaN(a) ? b : Number.isNaN(b) ? a : pick(a, b)
  }
}

function piecesFor(keys: number): number {
  const fitting = 2 ** Math.floor(Math.log2(budgetValues / 2 / Math.max(1, keys)))
  return Math.max(leastPieces, Math.min(mostPieces, fitting))
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
