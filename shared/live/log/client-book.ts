import type { LoggedClients } from '#shared/live/snapshot.ts'

/** A client counts as new for so long after its first request. */
const newMs = 60_000
const mostClients = 200_000

/** Counts requests of clients that were not seen before. Addresses stay here: only counts go on. */
export class ClientBook {
  readonly #firstMs = new Map<string, number>()
  #requests = 0
  #addresses = 0
  #fromNew = 0
  #isFull = false

  /** `atMs`: time of the request on the wall clock. */
  add(client: string, atMs: number): void {
    if (this.#isFull) return
    this.#requests += 1
    const firstMs = this.#firstMs.get(client)
    if (firstMs === undefined) {
      this.#addresses += 1
      this.#firstMs.set(client, atMs)
      this.#isFull = this.#addresses >= mostClients
    }
    if (firstMs === undefined || atMs - firstMs < newMs) this.#fromNew += 1
  }

  /** Null: the log tells no clients, or more of them than are kept apart. */
  get counts(): LoggedClients | null {
    return this.#requests === 0 || this.#isFull ? null : { requests: this.#requests, addresses: this.#addresses, fromNew: this.#fromNew }
  }
}
