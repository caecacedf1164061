import { failed, type Result } from '#shared/diagnostics/failure.ts'

/** Answer to `show stat` in any of its forms: columns by name, one row per listener, server and pool. */
export interface StatTable {
  readonly columns: ReadonlyMap<string, number>
  /** Cells by column; an empty text where the product has no value. */
  readonly rows: readonly (readonly string[])[]
}

/** What came is not the answer that was asked for. */
export function badAnswer(what: string): Result<never> & { readonly ok: false } {
  return failed('bad-answer', what)
}

/** Says what an answer is that is not statistics, or null when it may be statistics. */
export function foreignAnswer(text: string): string | null {
  const start = text.slice(0, 400).trimStart()
  if (/^(<!doctype|<html|<\?xml|<head|<body)/i.test(start)) return 'a web page instead of statistics'
  if (/^HTTP\/\d/.test(start)) return 'HTTP instead of statistics: the address is one of a web server, not of a stats socket'
  if (/^(Unknown command|Permission denied)/i.test(start)) return 'that it does not know the command, or that it is not allowed here'
  return null
}
