import type { BehaviourDiff } from '#shared/analyses/behaviour-diff/index.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { ListenAddress, Listener, RoutingModel } from '#shared/model/routing-model.ts'
import { hostOnly } from '#shared/requests/http-values.ts'
import type { LoggedRequest } from '#shared/requests/access-log/logged-request.ts'
import type { FactsRead } from './facts.ts'

/** One way in. */
interface Entry {
  /** Address, as `RequestInput.listener` takes it. */
  readonly listener: string
  /** Names it has on the two sides. */
  readonly groups: readonly string[]
  readonly tls: boolean
}

/** One way to fill in what the log does not say. */
interface Completion {
  readonly entry: Entry
  /** Null: the log names the host, or nothing reads it. */
  readonly host: string | null
  readonly headers: readonly (readonly [string, string])[]
}

export interface Completed {
  readonly request: RequestInput
  readonly groups: readonly string[]
}

/** What the log leaves open for a request and routing looks at. */
export type OpenFact = 'entry' | 'host' | 'headers'

interface Plan {
  /** Empty: the line names an entry that neither config has. */
  readonly completions: readonly Completion[]
  readonly open: readonly OpenFact[]
  /** True: there were more ways than are tried. */
  readonly limited: boolean
}

/** A host that no config names. */
const otherHost = 'other.invalid'
const triedEntries = 6
const triedCompletions = 64

/** Fills in what log lines leave open. */
export interface Completer {
  /** In which ways, for lines that leave the same things open. */
  readonly planOf: (logged: LoggedRequest) => Plan
  readonly complete: (logged: LoggedRequest, completion: Completion) => Completed
}

interface Ground {
  readonly before: RoutingModel
  readonly after: RoutingModel
  readonly diff: Pick<BehaviourDiff, 'differs'>
  readonly facts: FactsRead
}

/**
 * Fills in what a log line leaves open in every way that could matter: each listener it may have come in at, each host
 * that the configs or the witnesses of the classes name and one that nobody names, the headers of the witnesses and none.
 * Plans are made once per combination of what is open.
 */
export function createCompleter(ground: Ground): Completer {
  const plans = new Map<string, Plan>()
  return {
    planOf(logged) {
      const missing = missingHeaders(ground, logged)
      const hostOpen = logged.host === null && ground.facts.headers.has('host')
      const key = [logged.listenerGroup, logged.scheme, logged.port, hostOpen, ...missing].join('\n')
      let plan = plans.get(key)
      if (plan === undefined) {
        plan = makePlan(ground, logged, hostOpen, missing)
        plans.set(key, plan)
      }
      return plan
    },
    complete,
  }
}

/** Header names that routing reads and the line does not tell of. */
function missingHeaders({ facts }: Ground, logged: LoggedRequest): readonly string[] {
  return [...facts.headers].filter((name) => name !== 'host' && (logged.hiddenHeaders === null ? !logged.headers.some(([known]) => known === name) : logged.hiddenHeaders.includes(name)))
}

function makePlan(ground: Ground, logged: LoggedRequest, hostOpen: boolean, missing: readonly string[]): Plan {
  const entries = entriesOf(ground, logged)
  const witnesses = ground.diff.differs.flatMap((one) => one.members.map((member) => member.witness))
  const variants = new Map<string, Omit<Completion, 'entry'>>()
  const add = (host: string | null, headers: Completion['headers']): void => {
    const key = JSON.stringify([host, headers])
    if (!variants.has(key)) variants.set(key, { host, headers })
  }
  add(hostOpen ? otherHost : null, [])
  for (const witness of witnesses) {
    const headers = witness.headers.filter(([name]) => missing.includes(name.toLowerCase()))
    const host = hostOpen ? (witness.host ?? otherHost) : null
    add(host, [])
    add(host, headers)
  }
  if (hostOpen) for (const host of ground.facts.hosts) add(host, [])
  const perEntry = Math.max(2, Math.floor(triedCompletions / Math.max(1, entries.length)))
  const kept = [...variants.values()].slice(0, perEntry)
  const open: OpenFact[] = []
  if (entries.length > 1) open.push('entry')
  if (hostOpen && kept.some((one) => one.host !== otherHost)) open.push('host')
  if (kept.some((one) => one.headers.length > 0)) open.push('headers')
  return { completions: entries.flatMap((entry) => kept.map((one) => ({ entry, ...one }))), open, limited: variants.size > perEntry }
}

/** Listeners that a line may be about; none: the log names an entry that neither config has. */
function entriesOf({ before, after, facts, diff }: Ground, logged: LoggedRequest): readonly Entry[] {
  const enabled = [...before.listeners, ...after.listeners].filter((one) => one.enabled)
  let fitting = logged.listenerGroup === null ? enabled.filter((one) => one.protocol === 'http') : enabled.filter((one) => one.group === logged.listenerGroup || one.name === logged.listenerGroup)
  const narrow = (test: (listener: Listener) => boolean): boolean => {
    const narrower = fitting.filter(test)
    if (narrower.length > 0) fitting = narrower
    return narrower.length > 0
  }
  const byPort = logged.port !== null && narrow((one) => one.addresses.some((address) => address.fromPort <= (logged.port as number) && (logged.port as number) <= address.toPort))
  // A log that says neither port nor scheme: entries with TLS are where the traffic is, the others mostly redirect.
  if (logged.scheme !== null || (!byPort && logged.listenerGroup === null)) narrow((one) => (one.tls !== null) === (logged.scheme !== 'http'))
  const entries = new Map<string, Entry>()
  for (const listener of fitting) {
    const apart = facts.listener || diff.differs.some((one) => one.kind === 'listener' && one.listener === listener.group)
    for (const address of listener.addresses.slice(0, apart ? triedEntries : 1)) {
      const name = addressName(listener, address)
      const groups = groupsAt([before, after], name, listener)
      const key = apart ? name : `${groups.join(' ')} ${listener.tls !== null}`
      if (!entries.has(key)) entries.set(key, { listener: name, groups, tls: listener.tls !== null })
    }
  }
  return [...entries.values()].slice(0, triedEntries)
}

function complete(logged: LoggedRequest, { entry, host, headers }: Completion): Completed {
  const known = logged.headers.filter((header): header is readonly [string, string] => header[1] !== null)
  const named = logged.host === null ? (host ?? otherHost) : logged.host === '' ? null : logged.host
  const sni = logged.sni === null ? (named === null ? null : hostOnly(named)) : logged.sni === '' ? null : logged.sni
  return {
    groups: entry.groups,
    request: {
      listener: entry.listener, scheme: entry.tls ? 'https' : 'http', method: logged.method, host: named, path: logged.target, httpVersion: logged.httpVersion ?? '1.1',
      headers: headers.length === 0 ? known : [...known, ...headers], sourceIp: logged.sourceIp ?? '192.0.2.1', sourcePort: 40000, destinationIp: null, sni: entry.tls ? sni : null, alpn: [],
    },
  }
}

function addressName(listener: Listener, address: ListenAddress): string {
  if (address.socket !== null) return listener.id
  return `${address.ip.includes(':') ? `[${address.ip.replace(/^\[|\]$/g, '')}]` : address.ip}:${address.fromPort}`
}

/** Names of the listener at that address, on each side. */
function groupsAt(models: readonly RoutingModel[], name: string, listener: Listener): readonly string[] {
  const there = models.flatMap((model) => model.listeners.filter((one) => one.enabled && one.addresses.some((address) => addressName(one, address) === name)).slice(0, 1).map((one) => one.group))
  return [...new Set([listener.group, ...there])]
}
