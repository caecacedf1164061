import type { Parsed } from '#shared/dialects/dialect.ts'
import { keyword, rawWord } from './accessors.ts'
import type { HaproxyTree } from './tree.ts'

/** One value that log lines of a frontend hold between braces. */
export interface CaptureSlot {
  /** Lower case; null: it is no header, or only sometimes. */
  readonly header: string | null
  /** Longest value in bytes. */
  readonly length: number
}

export interface CaptureSlots {
  readonly request: readonly CaptureSlot[]
  /** Whether values of responses follow in a block of their own. */
  readonly response: boolean
}

/** Slots of each frontend and listen section, in the order the product hands them out: that of the lines. */
export function captureSlots(files: readonly Parsed<HaproxyTree>[]): ReadonlyMap<string, CaptureSlots> {
  const slots = new Map<string, CaptureSlots>()
  for (const { tree } of files) {
    for (const section of tree.sections) {
      if (section.name === null || (section.kind !== 'frontend' && section.kind !== 'listen')) continue
      const request: CaptureSlot[] = []
      let response = false
      for (let line = section.line + 1; line < section.endLine; line += 1) {
        if (!mayCapture.has(keyword(tree, line))) continue
        const words = wordsOf(tree, line)
        const slot = slotOf(words)
        if (slot !== null) request.push(slot)
        response ||= /^(capture response header|declare capture response|http-response capture) /.test(words.join(' '))
      }
      if (request.length > 0 || response) slots.set(section.name, { request, response })
    }
  }
  return slots
}

const mayCapture: ReadonlySet<string> = new Set(['capture', 'declare', 'http-request', 'http-response', 'tcp-request'])

function wordsOf(tree: HaproxyTree, line: number): readonly string[] {
  const words: string[] = []
  const next = tree.lines.firstWord[line + 1] ?? 0
  for (let word = tree.lines.firstWord[line] ?? 0; word < next; word += 1) words.push(rawWord(tree, word))
  return words
}

function slotOf(words: readonly string[]): CaptureSlot | null {
  const [first, second, third, fourth] = words
  const length = Number(words[words.indexOf('len') + 1] ?? 0)
  if (!words.includes('len')) return null
  if (first === 'capture' && second === 'request' && third === 'header' && fourth !== undefined) return { header: fourth.toLowerCase(), length }
  if (first === 'declare' && second === 'capture' && third === 'request') return { header: null, length }
  const at = first === 'http-request' && second === 'capture' ? 2 : first === 'tcp-request' && second === 'content' && third === 'capture' ? 3 : -1
  if (at === -1) return null
  // With a condition the slot is empty for some requests; with more words than a fetch its value is another one.
  const fetch = /^(?:req\.)?f?hdr\(([^(),]+)\)$/.exec(words[at] ?? '')
  const isWhole = fetch !== null && words.length === at + 3 && words[at + 1] === 'len'
  return { header: isWhole ? (fetch[1] as string).toLowerCase() : null, length }
}
