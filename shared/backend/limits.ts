import { failed } from '#shared/diagnostics/failure.ts'

/** Largest map, list or crt-list. */
export const sideFileLimitBytes = 64 * 1024 * 1024
/** Largest access log or page of counters. */
export const accessLogLimitBytes = 256 * 1024 * 1024
/** Most files one config may consist of. */
export const fileCountLimit = 2000

export function tooLarge(path: string, bytes: number, limitBytes: number): ReturnType<typeof failed> {
  const megabytes = (count: number): string => `${(count / 1024 / 1024).toFixed(count < 1024 * 1024 * 10 ? 1 : 0)} MB`
  return failed('too-large', `${path} is ${megabytes(bytes)}; at most ${megabytes(limitBytes)} are read.`, path)
}
