/** What `show info` says about the process that counts. */
export interface ProcessFacts {
  readonly version: string | null
  /** Process id and start time; null: neither is said. */
  readonly epoch: string | null
  readonly uptimeSeconds: number | null
  readonly stopping: boolean
}

/**
 * `show info`, plain or typed.
 *
 * Errors: none; null when the text is no such answer.
 * Source: HAProxy management guide, "show info".
 */
export function parseInfo(text: string): ProcessFacts | null {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const typed = /^\d+\.([^.:]+)\.\d+:[^:]*:[a-z0-9]+:(.*?)\r?$/.exec(line)
    const plain = typed === null ? /^([^:]+): (.*?)\r?$/.exec(line) : null
    const match = typed ?? plain
    if (match !== null) values.set(match[1] as string, match[2] as string)
  }
  if (values.get('Name') !== 'HAProxy') return null
  const started = values.get('Start_time_sec')
  const process = values.get('Pid')
  return {
    version: values.get('Version') ?? null,
    epoch: process === undefined ? (started === undefined ? null : `@${started}`) : started === undefined ? process : `${process}@${started}`,
    uptimeSeconds: numberOrNull(values.get('Uptime_sec')),
    stopping: values.get('Stopping') === '1',
  }
}

/** A whole number that is not negative, else null; exact up to 15 digits. */
export function numberOrNull(text: string | undefined): number | null {
  if (text === undefined || text === '') return null
  let value = 0
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  return value
}
