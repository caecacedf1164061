import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import { choiceOf, numberOf, type Parsed } from './args.ts'
import { exitCodes, UsageError, type ExitCode, type Io } from './io.ts'
import { coloursFor } from './output/colour.ts'
import { toPlaces, type Places } from './output/json-shapes.ts'
import { renderAlerts, renderLive } from './output/live.ts'
import { toJsonFailure, toJsonSample, type LiveFacts } from './output/live-json.ts'

const clearScreen = '\u001b[H\u001b[2J'

/** How much is shown, and in which form. */
export interface ShowChoice {
  readonly once: boolean
  readonly json: boolean
  /** Polls, failed ones included, after which the command ends. */
  readonly count: number
}

export function showChoice(args: Parsed): ShowChoice {
  const once = args.has('once')
  if (args.has('output') && !once) throw new UsageError('--output holds one table: it needs --once.')
  return {
    once, json: choiceOf(args, 'format', ['text', 'json'], args.has('json') ? 'json' : 'text') === 'json',
    count: args.has('count') ? numberOf(args, 'count', 1, 1_000_000_000, 1) : Infinity,
  }
}

/** What one poll showed. `alerts` null: nobody asked for them. */
export interface Look extends Omit<LiveMoment, 'alerts'> {
  readonly alerts: readonly Alert[] | null
}

export function renderLook(args: Parsed, io: Io, json: boolean, facts: LiveFacts): string {
  return json ? `${JSON.stringify(toJsonSample(facts))}\n` : renderLive(facts, coloursFor(args, io))
}

/** A terminal shows one table at a time; elsewhere they stand apart. */
export function showTable(io: Io, json: boolean, text: string): void {
  io.out(`${!json && io.outIsTerminal ? clearScreen : ''}${text}${!json && !io.outIsTerminal ? '\n' : ''}`)
}

/** Polls that failed, and what fires meanwhile: in JSON with each of them, where people read once. */
export class FailedPolls {
  #told: ReadonlySet<string> = new Set()

  /** What fires while polls succeed stands in their tables. */
  reset(alerts: readonly Alert[] | null): void {
    this.#told = new Set(alerts?.map((alert) => alert.key))
  }

  /** `remark`: what stands behind the failure where people read. */
  show(args: Parsed, io: Io, json: boolean, failure: Failure, facts: Omit<LiveFacts, 'view'>, remark = ''): void {
    const { alerts, at, places } = facts
    if (json) io.out(`${JSON.stringify(toJsonFailure(failure, facts))}\n`)
    else {
      io.err(`${at}  ${failure.message}${remark}\n`)
      for (const line of renderAlerts(alerts?.filter((alert) => !this.#told.has(alert.key)) ?? [], places, coloursFor(args, io))) io.err(`${line}\n`)
    }
    this.reset(alerts)
  }
}

/** Alerts that only inform, or that are waived, do not count. */
export function codeOf({ alerts }: Pick<Look, 'alerts'>): ExitCode {
  return alerts?.some((alert) => alert.severity !== 'info' && alert.waived === null) === true ? exitCodes.found : exitCodes.clean
}

/** Line indexes of the configs that are in force, as long as they are kept. */
export class KnownPlaces {
  readonly #known = new WeakMap<LoadedConfig, Places>()

  of(config: LoadedConfig | null): Places | null {
    if (config === null) return null
    const found = this.#known.get(config) ?? toPlaces(config.files.map((file) => file.source))
    this.#known.set(config, found)
    return found
  }
}
