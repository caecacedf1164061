import type { Compiled } from '#shared/dialects/dialect.ts'
import { compileHaproxy } from '#shared/dialects/haproxy/compile/compile.ts'
import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

export interface CompileInput {
  readonly version?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Side files by the path the config writes. */
  readonly files?: Readonly<Record<string, string>>
}

/** Compiles one or more config texts, in load order. */
export function compileTexts(texts: readonly string[], input: CompileInput = {}): Compiled {
  const parsed = texts.map((text, index) => {
    const file: SourceFile = { path: texts.length === 1 ? 'haproxy.cfg' : `${index}.cfg`, text, role: 'config', encoding: 'utf-8' }
    return { file, tree: parseHaproxy(file).tree }
  })
  const sideFiles = new Map(Object.entries(input.files ?? {}).map(([path, text]) => [path, { path, text, role: 'other', encoding: 'utf-8' } as const]))
  return compileHaproxy(parsed, { environment: input.environment ?? {}, version: input.version ?? null, sideFiles })
}

export const httpDefaults = 'defaults\n  mode http\n  timeout connect 500ms\n  timeout client 3s\n  timeout server 3s\n'

/** Backends b1 to b9 with one server each. */
export const nineBackends = Array.from({ length: 9 }, (_, index) => `backend b${index + 1}\n  server b${index + 1} 127.0.0.1:${21001 + index}\n`).join('')

/** A frontend `f` with these lines, in HTTP mode, and backends b1 to b9. */
export function compileFrontend(lines: readonly string[], input: CompileInput = {}): Compiled {
  return compileTexts([`${httpDefaults}frontend f\n  bind 127.0.0.1:21100\n${lines.map((line) => `  ${line}\n`).join('')}${nineBackends}`], input)
}
