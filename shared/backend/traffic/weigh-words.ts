import type { Sample } from './sample.ts'

/** What came up while requests were placed. */
export interface Notes {
  /** Requests that open facts kept from being placed, by those facts. */
  readonly open: Map<string, number>
  /** Requests by the name of an entry that neither config has. */
  readonly foreign: Map<string, number>
  /** Entries that requests were taken to have come in at. */
  readonly entries: Set<string>
  limited: boolean
  poolsUsed: boolean
  readonly sniUsed: boolean
  hasSni: boolean
  readonly truncated: number
  readonly sampled: Sample | null
  readonly requests: number
}

const factWords: Readonly<Record<string, string>> = { entry: 'the listener', host: 'the Host', headers: 'headers', source: 'the source address' }

/** What was taken for granted, as sentences; those about many requests first. */
export function assumptionsOf(notes: Notes): readonly string[] {
  const percent = (count: number): string => shareWords(notes.requests === 0 ? 0 : count / notes.requests)
  const sentences: { readonly count: number; readonly text: string }[] = []
  const say = (count: number, text: string): void => void sentences.push({ count, text })
  for (const [facts, count] of notes.open) {
    const words = facts === '' ? 'something it does not name' : facts.split(' ').map((fact) => factWords[fact] ?? fact).join(' and ')
    say(count, `${percent(count)} of the requests cannot be placed, because that depends on ${words}, which the log does not say.`)
  }
  for (const [name, count] of notes.foreign) say(count, name === '' ? `${percent(count)} of the requests cannot be placed: no listener for HTTP is configured.` : `${percent(count)} of the requests came in at ${name}, which neither config has.`)
  if (notes.truncated > 0) say(notes.truncated, `${percent(notes.truncated)} of the requests are cut off in the log and cannot be placed.`)
  if (notes.entries.size > 0) say(notes.requests, `The log does not say where requests came in; they are taken to have come in at ${[...notes.entries].sort().join(' or ')}.`)
  if (notes.poolsUsed) say(0, 'Where the log leaves a request open, the pool that its line names decides; the lines are taken to be from the config before the change.')
  if (notes.sniUsed && !notes.hasSni) say(0, 'The log names no TLS server name; it is taken to be the Host.')
  if (notes.limited) say(0, 'Not every host that the configs name was tried where the log names none.')
  if (notes.sampled !== null) say(0, `The log holds too many different requests to follow each: ${notes.sampled.followed} of ${notes.sampled.all} were followed, and the rare ones among them stand for the others.`)
  return sentences.sort((one, other) => other.count - one.count).map((one) => one.text)
}

/** `12 %`, `0.4 %`, `less than 0.1 %`. */
export function shareWords(share: number): string {
  const percent = share * 100
  if (percent > 0 && percent < 0.1) return 'less than 0.1 %'
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)} %`
}
