import { haproxySupport } from '../support.ts'
import { bindLines, type Numbering } from './binds.ts'
import { note, refuse, type Draft, type ProofLine } from './draft.ts'
import { withCopies, wordsWithCopies } from './files.ts'
import { checkOptions, droppedFilters, keptOptions, keptProxyLines, keptStats, refusedOptions, refusedProxyLines } from './keywords.ts'
import { answerLine, httpRequestLine, tcpRequestLine } from './rules.ts'
import { defaultServerLine, serverLines } from './servers.ts'

/** The proxy a line stands in. */
export interface Place {
  /** `frontend`, `backend`, `listen` or `defaults`. */
  readonly kind: string
  readonly name: string
  readonly numbering: Numbering
}

const noLines: readonly string[] = []
const one = (line: string | null): readonly string[] => (line === null ? noLines : [line])

const checks = 'Health checks are left out: every server counts as up.'
const left = {
  log: 'Log targets are left out: nothing is logged.',
  answers: 'Rules on answers are left out.',
  pages: 'Error pages from files are left out.',
  states: 'Saved server states are not read.',
  source: 'The address that servers are connected from is left out.',
  times: 'Timeouts are replaced by short ones.',
}

/** Lines that are left out with a sentence. */
const droppedWith: Readonly<Record<string, string>> = {
  log: left.log, 'http-response': left.answers, 'http-after-response': left.answers, 'tcp-response': left.answers, errorfile: left.pages, errorfiles: left.pages, 'load-server-state-from-file': left.states,
  'server-state-file-name': left.states, source: left.source, timeout: left.times, contimeout: left.times, clitimeout: left.times, srvtimeout: left.times, 'http-check': checks, 'tcp-check': checks,
  'email-alert': 'Alerts by mail are left out.', 'quic-initial': 'QUIC listeners are left out: requests over HTTP/3 are not replayed.',
}

/** What stands in the started config for one line of a proxy; none: it is left out. A line that must not be started is refused in `draft`. */
export function proxyLines(draft: Draft, at: ProofLine, place: Place): readonly string[] {
  const [keyword = '', second = ''] = at.values
  if ((keyword === 'no' || keyword === 'default') && at.values.length > 1) {
    const inner = { ...at, words: at.words.slice(1), values: at.values.slice(1), text: at.text.replace(/^\S+\s+/, '') }
    return proxyLines(draft, inner, place).map((line) => `${keyword} ${line}`)
  }
  switch (keyword) {
    case 'bind': return bindLines(draft, at, place.numbering)
    case 'server': case 'server-template': return serverLines(draft, at, place.name)
    case 'default-server': return one(defaultServerLine(draft, at))
    case 'http-request': return one(httpRequestLine(draft, at))
    case 'tcp-request': return one(tcpRequestLine(draft, at))
    case 'http-error': return one(answerLine(draft, at))
    case 'stick-table': return one(stickTableLine(draft, at))
    case 'option': return optionLines(draft, at, second)
    case 'stats': return keptStats.has(second) ? one(withCopies(draft, at)) : noLines
    case 'filter': return filterLines(draft, at, second)
    case 'mode':
      if (second === 'http' || second === 'tcp') return [at.text]
      refuse(draft, at, `sets the mode ${second}, which is not replayed`)
      return noLines
    default: return otherLine(draft, at, keyword)
  }
}

function otherLine(draft: Draft, at: ProofLine, keyword: string): readonly string[] {
  if (keptProxyLines.has(keyword)) return one(withCopies(draft, at))
  const sentence = Object.hasOwn(droppedWith, keyword) ? droppedWith[keyword] : undefined
  if (sentence !== undefined) {
    note(draft, sentence)
    return noLines
  }
  const reason = Object.hasOwn(refusedProxyLines, keyword) ? refusedProxyLines[keyword] : undefined
  if (reason !== undefined) refuse(draft, at, reason)
  else if (haproxySupport.entries.get(`proxy ${keyword}`)?.state !== 'inert') refuse(draft, at, `has the keyword ${keyword}, of which it is not known whether it may be started`)
  return noLines
}

function optionLines(draft: Draft, at: ProofLine, option: string): readonly string[] {
  if (keptOptions.has(option)) return [at.text]
  if (checkOptions.has(option)) {
    note(draft, checks)
    return noLines
  }
  const reason = Object.hasOwn(refusedOptions, option) ? refusedOptions[option] : undefined
  if (reason !== undefined) refuse(draft, at, reason)
  else if (haproxySupport.entries.get(`option ${option}`)?.state !== 'inert') refuse(draft, at, `sets the option ${option}, of which it is not known whether it may be started`)
  return noLines
}

function filterLines(draft: Draft, at: ProofLine, filter: string): readonly string[] {
  if (droppedFilters.has(filter)) note(draft, filter === 'cache' ? 'The cache is left out: nothing is ever answered from it.' : 'Filters that only shape traffic are left out.')
  else refuse(draft, at, filter === 'spoe' ? 'asks an outside agent (SPOE); nothing outside is ever asked' : `uses the filter ${filter}, which may reach outside`)
  return noLines
}

/** Without peers: the table is local and starts empty. */
function stickTableLine(draft: Draft, at: ProofLine): string | null {
  const peers = at.values.indexOf('peers')
  if (peers === -1) return withCopies(draft, at)
  note(draft, 'Peers are left out: stick tables are local and start empty.')
  const words = wordsWithCopies(draft, at)
  return words === null ? null : words.filter((_, index) => index !== peers && index !== peers + 1).join(' ')
}
