import { failed, type Result } from '#shared/diagnostics/failure.ts'
import { numberOrNull } from './info.ts'

/** Answer to `show stat` in any of its forms: one row per listener, server and pool, cells by row and column. */
export interface StatTable {
  /** Position of each column that the answer has, of those that are read. */
  readonly columns: ReadonlyMap<string, number>
  readonly size: number
  /** Empty where the product has no value, and for a column of -1. */
  readonly text: (row: number, column: number) => string
  /** A whole number that is not negative, else null; exact up to 15 digits. */
  readonly number: (row: number, column: number) => number | null
}

/** The columns that are read; others are passed over. */
export const statColumns = [
  'pxname', 'svname', 'type', 'mode', 'status', 'lastchg', 'algo', 'uweight', 'weight', 'throttle', 'bck', 'addr', 'check_status', 'last_chk',
  'req_tot', 'stot', 'conn_tot', 'connect', 'lbtot', 'bin', 'bout', 'hrsp_1xx', 'hrsp_2xx', 'hrsp_3xx', 'hrsp_4xx', 'hrsp_5xx', 'hrsp_other',
  'econ', 'eresp', 'dreq', 'wretr', 'wredis', 'scur', 'qcur', 'slim', 'rtime',
] as const

export type StatColumn = (typeof statColumns)[number]

/** A table of cells that were already taken apart. */
export function cellTable(columns: ReadonlyMap<string, number>, rows: readonly (readonly string[])[]): StatTable {
  const text = (row: number, column: number): string => rows[row]?.[column] ?? ''
  return { columns, size: rows.length, text, number: (row, column) => numberOrNull(text(row, column)) }
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
