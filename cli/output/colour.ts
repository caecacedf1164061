import type { Parsed } from '#cli/args.ts'
import type { Io } from '#cli/io.ts'

export interface Colours {
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly green: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const wrap = (code: number, end: number) => (text: string): string => `\u001b[${code}m${text}\u001b[${end}m`
const plain = (text: string): string => text

/** Colours on a terminal only, and never with `--no-color`, `--output` or the variable NO_COLOR. */
export function coloursFor(args: Parsed, io: Io): Colours {
  const noColour = io.environment['NO_COLOR']
  const on = io.outIsTerminal && !args.has('no-color') && args.value('output') === null && (noColour === undefined || noColour === '')
  return on
    ? { red: wrap(31, 39), yellow: wrap(33, 39), green: wrap(32, 39), dim: wrap(2, 22), bold: wrap(1, 22) }
    : { red: plain, yellow: plain, green: plain, dim: plain, bold: plain }
}

/** Control characters of a config must not steer the terminal. */
export function forTerminal(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
