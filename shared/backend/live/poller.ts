import type { Result } from '#shared/diagnostics/failure.ts'
import { caddyLog } from '#shared/live/caddy/log-line.ts'
import { haproxyLog } from '#shared/live/haproxy/log-line.ts'
import type { FileSource, LiveSource } from '#shared/live/live-source.ts'
import { haproxyExporter } from '#shared/live/metrics/exporters/haproxy.ts'
import { nginxLog } from '#shared/live/nginx/log-line.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import { apacheManagerReader, apacheStatusReader } from './read-apache.ts'
import { caddyReader } from './read-caddy.ts'
import { envoyReader } from './read-envoy.ts'
import { haproxyReader } from './read-haproxy.ts'
import { haproxyMasterReader } from './read-haproxy-master.ts'
import { OwnCount } from './own-count.ts'
import { logReader } from './read-log.ts'
import { metricsReader } from './read-metrics.ts'
import { nginxPlusReader, nginxVtsReader } from './read-nginx-modules.ts'
import { nginxStatusReader } from './read-nginx-status.ts'
import { prometheusReader, type PastReader } from './read-prometheus.ts'
import { traefikReader } from './read-traefik.ts'

/** Asks a source once. `limitMs`, `limitBytes`: for everything it has to ask. */
export interface SnapshotReader {
  (limitMs: number, limitBytes: number): Promise<Result<LiveSnapshot>>
  /** Lets go of what is held open between polls. */
  readonly close?: () => Promise<void>
}

export const answerLimitBytes = 64 * 1024 * 1024
const longestPollMs = 2000
const shortestPollMs = 1000
/** A server for many balancers answers with all of them at once. */
const longestFleetPollMs = 10_000
const longestPauseMs = 60_000
const pendingIntervalMs = 1000
/**
 * A server has nothing new until its next scrape, and nobody says when that is. It is asked often until a look meets a new
 * one, and then a little earlier from scrape to scrape, until a look comes too early and is followed by another soon.
 */
const scrapeParts = { afterNew: 0.98, afterOld: 0.12 } as const

/** Polls one source, `intervalMs` apart. */
export function createPoller(port: LivePort, source: LiveSource, intervalMs: number): Poller {
  if (source.kind === 'http' && source.surface === 'prometheus') {
    const reader = prometheusReader(port, source)
    return new Poller(reader.read, intervalMs, reader)
  }
  return new Poller(readerOf(port, source), intervalMs)
}

function readerOf(port: LivePort, source: LiveSource): SnapshotReader {
  switch (source.surface) {
    case 'apache': return apacheManagerReader(port, source)
    case 'apache-status': return apacheStatusReader(port, source)
    case 'caddy': return caddyReader(port, source)
    case 'caddy-log': return logReader(port, source, caddyLog, ownCountOf(port, source))
    case 'envoy': return envoyReader(port, source)
    case 'haproxy': return haproxyReader(port, source)
    case 'haproxy-log': return logReader(port, source, haproxyLog, ownCountOf(port, source))
    case 'haproxy-master': return haproxyMasterReader(port, source)
    case 'haproxy-metrics': return metricsReader(port, source, haproxyExporter)
    case 'nginx-log': return logReader(port, source, nginxLog, ownCountOf(port, source))
    case 'nginx-plus': return nginxPlusReader(port, source)
    case 'nginx-status': return nginxStatusReader(port, source)
    case 'nginx-vts': return nginxVtsReader(port, source)
    case 'prometheus': return prometheusReader(port, source).read
    case 'traefik': return traefikReader(port, source)
  }
}

function ownCountOf(port: LivePort, { countedBy }: FileSource): OwnCount | null {
  return countedBy === undefined ? null : new OwnCount(readerOf(port, countedBy), countedBy.kind === 'http')
}

/**
 * One question at a time. Takes only whole answers, and pauses longer and longer while there are none, so that a
 * balancer in trouble is not asked more.
 */
export class Poller {
  readonly #read: SnapshotReader
  readonly #intervalMs: number
  readonly #past: PastReader | null
  #failures = 0
  #last: { readonly epoch: string | null; readonly rows: number; readonly takenMs: number } | null = null
  /** The last look was the first one after a scrape. */
  #isNew = false

  constructor(read: SnapshotReader, intervalMs: number, past: PastReader | null = null) {
    this.#read = read
    this.#intervalMs = intervalMs
    this.#past = past
  }

  /** Reads what was before the first poll; null: the source keeps nothing. */
  get past(): PastReader | null {
    return this.#past
  }

  /** Time between two readings that the source itself takes; null: it is read anew with each poll, or this is not known yet. */
  get sourceIntervalMs(): number | null {
    return this.#past?.scrapeMs() ?? null
  }

  /**
   * Time to wait before the next poll. `draw`: 0–1, so that many watchers do not ask in step. `isPending`: something was
   * seen that one more look may confirm or clear.
   */
  pauseMs(draw: number, isPending = false): number {
    const intervalMs = isPending && this.#past === null ? Math.min(this.#intervalMs, pendingIntervalMs) : this.#intervalMs
    const scrapeMs = (this.sourceIntervalMs ?? 0) * (this.#isNew ? scrapeParts.afterNew : scrapeParts.afterOld)
    const usual = Math.max(intervalMs, scrapeMs)
    const pause = Math.min(longestPauseMs, usual * 2 ** Math.min(this.#failures, 10))
    // Scrapes of many servers are out of step by themselves.
    return Math.max(usual, pause) * (usual === scrapeMs ? 1 : 0.95 + 0.1 * draw)
  }

  async poll(): Promise<Result<LiveSnapshot>> {
    const first = await this.#ask()
    // Half of the rows gone under the same process is more likely an answer cut short than the truth: one more look.
    const cut = first.ok && this.#last !== null && first.value.epoch === this.#last.epoch && first.value.rows.length * 2 < this.#last.rows
    const result = cut ? await this.#ask() : first
    if (result.ok) {
      const { epoch, rows, taken } = result.value
      this.#isNew = this.#last !== null && this.#failures === 0 && taken.monotonicMs !== this.#last.takenMs
      this.#failures = 0
      this.#last = { epoch, rows: rows.length, takenMs: taken.monotonicMs }
    } else {
      this.#failures += 1
      this.#isNew = false
    }
    return result
  }

  /** No poll may follow. */
  async close(): Promise<void> {
    await this.#read.close?.()
  }

  #ask(): Promise<Result<LiveSnapshot>> {
    const limitMs = this.#past === null ? Math.max(shortestPollMs, Math.min(longestPollMs, this.#intervalMs / 2)) : longestFleetPollMs
    return this.#read(limitMs, answerLimitBytes)
  }
}
