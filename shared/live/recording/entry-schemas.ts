import type { Failure, FailureCode } from '#shared/diagnostics/failure.ts'
import { array, boolean, integer, literal, nullable, number, object, optional, record, SchemaError, string, union, type Schema } from '#shared/schema/schema.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { FileRole, TextEncodingName } from '#shared/text/source-file.ts'
import { DamagedRecord } from './byte-reader.ts'
import type { RecordedConfig, RecordedEvent, RecordingHead } from './entries.ts'

export const headSchema = object({
  format: integer, source: string, product: string, version: nullable(string), startedAt: string, zone: optional(string), intervalMs: number, writer: string, note: string,
}) satisfies Schema<RecordingHead>

const roles = literal<FileRole>('config', 'included', 'map', 'pattern-list', 'crt-list', 'certificate', 'other')
const encodings = literal<TextEncodingName>('utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be', 'latin-1')
const fileSchema = object({ path: string, role: roles, encoding: encodings, text: string })
export const configSchema = object({
  wallMs: number,
  config: object({
    role: literal('running', 'known-good'), hash: string, title: string, source: string, dialect: string, product: string, version: string, readAs: nullable(string), environment: record(string),
    unread: array(string), files: array(fileSchema),
  }) satisfies Schema<RecordedConfig>,
})

const failureSchema = object({ code: string, message: string, path: optional(string) })
export const missSchema = object({ wallMs: number, failure: failureSchema })

/** A failure as it was; the closed list of codes may have grown since. */
export function toFailure({ code, message, path }: { readonly code: string; readonly message: string; readonly path?: string | undefined }): Failure {
  return { code: code as FailureCode, message, ...(path === undefined ? {} : { path }) }
}

const alertSchema = object({
  key: string, rule: string, pool: nullable(string), server: nullable(string), severity: literal('critical', 'warning', 'info'), sentence: string,
  line: nullable(object({ file: string, line: integer, text: string })),
})
export const eventSchema = object({
  wallMs: number,
  event: union(object({ type: literal('reload', 'note', 'gap'), text: string }), object({ type: literal('alert-start', 'alert-end'), alert: alertSchema })) satisfies Schema<RecordedEvent>,
})

const processSchema = object({
  product: string, version: nullable(string), epoch: nullable(string), stopping: boolean, generation: optional(string), fromTraffic: optional(literal(true)), notes: optional(array(string)),
  fleet: optional(object({ processes: record(string), lost: array(string) })),
})

/** What single polls say besides. */
export type PollFacts = Pick<LiveSnapshot, 'older' | 'logged'>

const factsSchema = object({
  older: optional(object({ processes: array(object({ process: string, uptimeSeconds: nullable(number), sessions: nullable(number) })), newestSessions: nullable(number), replacedSeconds: nullable(number) })),
  logged: optional(object({ lines: number, unreadable: number, counted: optional(object({ atLeast: number, atMost: number, restarts: number })), clients: optional(object({ requests: number, addresses: number, fromNew: number })) })),
})

export function readFacts(value: unknown): PollFacts {
  const { older, logged } = checked(() => factsSchema.parse(value))
  return { ...(older === undefined ? {} : { older }), ...(logged === undefined ? {} : { logged }) } as PollFacts
}

/** What stands before the rows of a key: everything of a snapshot that is neither a row, a time, nor a fact of its own. */
export type ProcessWords = Omit<LiveSnapshot, 'taken' | 'readMs' | 'bytes' | 'uptimeSeconds' | 'rows' | keyof PollFacts>

export function readProcess(value: unknown): ProcessWords {
  return checked(() => processSchema.parse(value)) as ProcessWords
}

/** Runs a validator; what it refuses is damage. */
export function checked<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    throw new DamagedRecord(`An entry is not readable: ${error.message}.`)
  }
}
