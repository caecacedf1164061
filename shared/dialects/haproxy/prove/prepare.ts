import type { CompileOptions, Parsed } from '#shared/dialects/dialect.ts'
import type { PreparedConfig } from '#shared/dialects/proof.ts'
import { activeLines, type ActiveLines, type ConditionalEnvironment } from '../conditionals.ts'
import { haproxySupport } from '../support.ts'
import { isSectionKind, proxyKinds } from '../sections.ts'
import { lineFlags, type HaproxyTree, type Section } from '../tree.ts'
import { numberingOf } from './binds.ts'
import { confinementProblems } from './confined.ts'
import { certificateName, createDraft, note, readProofLine, refuse, written, type Draft, type ProofLine } from './draft.ts'
import { withCopies } from './files.ts'
import { droppedSections, keptGlobalLines, refusedGlobalLines, refusedSections } from './keywords.ts'
import { proxyLines } from './proxy-lines.ts'
import { connectionRuleProblem } from './rules.ts'

/** From this many server lines on, servers that no expectation names share a socket. */
const mostSockets = 2000

/** What the started process needs besides the config: one thread, few connections, and none of the DNS servers that it otherwise takes from the system. */
const ownGlobal = ['global', '  nbthread 1', '  maxconn 500', 'resolvers default']

/** Answers once the process takes requests; it stands last, so that nothing of the config changes, and inherits nothing. */
const readySocket = 'lr'
const ownFrontend = ['defaults', 'frontend steelyard-ready', '  mode http', '  timeout client 4s', `  bind unix@${readySocket}`, '  http-request return status 204']

const ownTimeouts: Readonly<Record<string, readonly string[]>> = {
  frontend: ['client 4s', 'tarpit 50ms'], backend: ['connect 2s', 'server 4s', 'queue 1s', 'tarpit 50ms'], listen: ['client 4s', 'connect 2s', 'server 4s', 'queue 1s', 'tarpit 50ms'], defaults: [],
}

/**
 * The config as it may be started on sockets of its own.
 *
 * Shape: one file for each config file. Only lines of the allow-lists are written; addresses, servers, certificates and
 * side files are replaced. What is written is then read again by `confinementProblems`, which knows nothing of this file.
 * Errors: a line that runs something from outside, or of which it is not known what it does, is a refusal that names it.
 */
export function prepareHaproxy(files: readonly Parsed<HaproxyTree>[], options: CompileOptions, pools: ReadonlySet<string>): PreparedConfig {
  const draft = createDraft(options, pools, countServers(files) > mostSockets)
  let environment: ConditionalEnvironment = { variables: options.environment, version: options.version ?? '2.6' }
  const read = files.map(({ tree }) => {
    const active = activeLines(tree, environment)
    environment = active.environment
    return { tree, active }
  })
  for (const { tree, active } of read) checkFile(draft, tree, active)
  checkConnectionRules(draft, read)
  const written = read.map(({ tree, active }, index) => {
    const lines = index === 0 ? [...ownGlobal] : []
    for (const section of active.sections) lines.push(...sectionLines(draft, tree, section, active))
    if (index === read.length - 1) lines.push(...ownFrontend)
    return { name: `c${index}.cfg`, text: `${lines.join('\n')}\n`, encoding: tree.file.encoding }
  })
  if (draft.refusals.length === 0) {
    for (const file of written) for (const problem of confinementProblems(file.text)) draft.refusals.push({ reason: `would be started with a line that could reach outside: ${problem}`, at: null })
  }
  if (draft.refusals.length > 0) return { refusals: draft.refusals, replaced: [], files: [], copies: [], certificate: null, ready: readySocket, listeners: [], servers: [] }
  return {
    refusals: [], replaced: [...draft.replaced], files: written, copies: [...draft.copies.values()], certificate: draft.usesCertificate ? certificateName : null, ready: readySocket, listeners: draft.listeners,
    servers: draft.usesSharedSocket ? [...draft.servers, { socket: 'sx', is: null }] : draft.servers,
  }
}

function countServers(files: readonly Parsed<HaproxyTree>[]): number {
  let count = 0
  for (const { tree } of files) {
    const { lines, file } = tree
    for (let line = 0; line < lines.count; line += 1) {
      const first = lines.firstWord[line] as number
      if (first !== (lines.firstWord[line + 1] as number) && file.text.startsWith('server', lines.wordStart[first])) count += 1
    }
  }
  return count
}

/** What HAProxy could not read at all, or reads before any section. */
function checkFile(draft: Draft, tree: HaproxyTree, active: ActiveLines): void {
  const { encoding, path, text } = tree.file
  if (text.startsWith('\ufeff')) {
    draft.refusals.push({ reason: 'begins with a byte order mark, with which HAProxy does not start', at: { file: path, start: 0, end: 1 } })
    return
  }
  if (encoding !== 'utf-8' && encoding !== 'latin-1') draft.refusals.push({ reason: `is stored as ${encoding}, which HAProxy does not read`, at: { file: path, start: 0, end: 0 } })
  const firstSection = active.sections[0]?.line ?? tree.lines.count
  for (let line = 0; line < tree.lines.count; line += 1) {
    if (active.active[line] === 0) continue
    const isBroken = ((tree.lines.flags[line] as number) & lineFlags.broken) !== 0
    const hasWords = (tree.lines.firstWord[line] as number) < (tree.lines.firstWord[line + 1] as number)
    if (isBroken) refuse(draft, readProofLine(tree, line, active.environmentAt(line)), 'cannot be read by HAProxy')
    else if (hasWords && line < firstSection && ((tree.lines.flags[line] as number) & lineFlags.conditional) === 0) refuse(draft, readProofLine(tree, line, active.environmentAt(line)), 'stands before any section')
  }
}

function* linesOf(tree: HaproxyTree, section: Section, active: ActiveLines): Iterable<ProofLine> {
  for (let line = section.line + 1; line < section.endLine; line += 1) {
    if (active.active[line] === 0 || ((tree.lines.flags[line] as number) & lineFlags.conditional) !== 0) continue
    if ((tree.lines.firstWord[line] as number) === (tree.lines.firstWord[line + 1] as number)) continue
    const at = readProofLine(tree, line, active.environmentAt(line))
    if (at.values.length > 0) yield at
  }
}

/** Rules of the defaults sections count for every proxy. */
function checkConnectionRules(draft: Draft, read: readonly { readonly tree: HaproxyTree; readonly active: ActiveLines }[]): void {
  const inherited: ProofLine[] = []
  const own: ProofLine[][] = []
  for (const { tree, active } of read) {
    for (const section of active.sections) {
      if (!proxyKinds.has(section.kind) || section.kind === 'backend') continue
      const rules = [...linesOf(tree, section, active)].filter((line) => line.values[0] === 'tcp-request')
      if (section.kind === 'defaults') inherited.push(...rules)
      else own.push(rules)
    }
  }
  const problems = new Map(own.map((rules) => connectionRuleProblem([...inherited, ...rules])).filter((problem) => problem !== null).map((problem) => [problem.at, problem.reason]))
  for (const [at, reason] of problems) refuse(draft, at, reason)
}

function sectionLines(draft: Draft, tree: HaproxyTree, section: Section, active: ActiveLines): readonly string[] {
  const opening = readProofLine(tree, section.line, active.environmentAt(section.line))
  const kind = opening.values[0] ?? section.kind
  if (!isSectionKind(kind)) {
    refuse(draft, opening, 'opens a section that is not known')
    return []
  }
  if (proxyKinds.has(kind)) return proxySection(draft, tree, section, active, opening)
  if (kind === 'global') return ['global', ...[...linesOf(tree, section, active)].flatMap((line) => globalLines(draft, line)).map((line) => `  ${line}`)]
  if (kind === 'userlist') return [opening.text, ...userlistLines(draft, [...linesOf(tree, section, active)])]
  const reason = Object.hasOwn(refusedSections, kind) ? refusedSections[kind] : undefined
  if (reason !== undefined) refuse(draft, opening, reason)
  else if (kind === 'peers') peersSection(draft, [...linesOf(tree, section, active)])
  else if (Object.hasOwn(droppedSections, kind)) {
    const sentence = droppedSections[kind] ?? null
    if (sentence !== null) note(draft, sentence)
  } else refuse(draft, opening, `opens a section ${kind}, of which it is not known whether it may be started`)
  return []
}

/** Tables of a peers section can be named by rules, which then would not find them. */
function peersSection(draft: Draft, lines: readonly ProofLine[]): void {
  note(draft, droppedSections['peers'] as string)
  for (const line of lines) if (line.values[0] === 'table') refuse(draft, line, 'is a table shared by peers, which is not replaced')
}

function userlistLines(draft: Draft, lines: readonly ProofLine[]): readonly string[] {
  return lines.flatMap((line) => {
    if (line.values[0] === 'user' || line.values[0] === 'group') return [`  ${line.text}`]
    refuse(draft, line, `has the keyword ${line.values[0] ?? ''}, of which it is not known whether it may be started`)
    return []
  })
}

function proxySection(draft: Draft, tree: HaproxyTree, section: Section, active: ActiveLines, opening: ProofLine): readonly string[] {
  const [kind = '', name = '', from] = opening.values
  const isPlain = opening.values.length <= 2 || (opening.values.length === 4 && from === 'from')
  if (!isPlain || (kind !== 'defaults' && name === '')) {
    refuse(draft, opening, 'opens a section in a way that is not replayed')
    return []
  }
  const lines = [...linesOf(tree, section, active)]
  const place = { kind, name, numbering: numberingOf(lines.filter((line) => line.values[0] === 'bind')) }
  const head = opening.words.map((_, index) => written(opening, index)).join(' ')
  return [head, ...(ownTimeouts[kind] ?? []).map((timeout) => `  timeout ${timeout}`), ...lines.flatMap((line) => proxyLines(draft, line, place)).map((line) => `  ${line}`)]
}

const unprivileged = 'HAProxy runs in the foreground, without rights of its own and in no other folder.'

const droppedGlobal: Readonly<Record<string, string>> = {
  log: 'Log targets are left out: nothing is logged.', stats: 'Control sockets are left out.', user: unprivileged, group: unprivileged, uid: unprivileged, gid: unprivileged, chroot: unprivileged, daemon: unprivileged,
  pidfile: unprivileged, 'master-worker': unprivileged, setcap: unprivileged, 'server-state-file': 'Saved server states are not read.', 'server-state-base': 'Saved server states are not read.',
}

/** Approximate for other reasons, and without a say once addresses and files are replaced. */
const droppedSilently = new Set(['default-path', 'dns-accept-family', 'no-quic', 'noreuseport'])

function globalLines(draft: Draft, at: ProofLine): readonly string[] {
  const keyword = at.values[0] === 'no' || at.values[0] === 'default' ? (at.values[1] ?? '') : (at.values[0] ?? '')
  if (keptGlobalLines.has(keyword)) {
    const line = withCopies(draft, at)
    return line === null ? [] : [line]
  }
  const reason = Object.hasOwn(refusedGlobalLines, keyword) ? refusedGlobalLines[keyword] : undefined
  if (reason !== undefined) {
    refuse(draft, at, reason)
    return []
  }
  const sentence = Object.hasOwn(droppedGlobal, keyword) ? droppedGlobal[keyword] : undefined
  if (sentence !== undefined) note(draft, sentence)
  else if (!droppedSilently.has(keyword) && !keyword.startsWith('tune.') && haproxySupport.entries.get(`global ${keyword}`)?.state !== 'inert') {
    refuse(draft, at, `has the keyword ${keyword}, of which it is not known whether it may be started`)
  }
  return []
}
