import type { PreparedConfig } from '#shared/dialects/proof.ts'
import { haproxy } from '#shared/dialects/haproxy/index.ts'
import { prepareHaproxy } from '#shared/dialects/haproxy/prove/prepare.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

export interface PrepareInput {
  /** Side files by the path the config writes; all that are named when missing. */
  readonly sideFiles?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly pools?: readonly string[]
}

const source = (path: string, text: string, role: SourceFile['role']): SourceFile => ({ path, text, role, encoding: 'utf-8' })

/** A config made ready to be started. */
export function prepareText(text: string, input: PrepareInput = {}): PreparedConfig {
  const file = source('haproxy.cfg', text, 'config')
  const parsed = [{ file, tree: haproxy.parse(file).tree }]
  const environment = input.environment ?? {}
  const named = input.sideFiles ?? haproxy.includes(parsed, { environment, version: null }).map((one) => one.path)
  return prepareHaproxy(parsed, { environment, version: null, sideFiles: new Map(named.map((path) => [path, source(path, '', 'map')])) }, new Set(input.pools ?? []))
}

/** The text that would be started, without the listener that says it is up; empty when it is refused. */
export const startedText = (prepared: PreparedConfig): string => prepared.files.map((file) => file.text).join('').split('defaults\nfrontend steelyard-ready\n', 1)[0] as string

/** All of it. */
export const wholeText = (prepared: PreparedConfig): string => prepared.files.map((file) => file.text).join('')
