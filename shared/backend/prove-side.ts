import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { PreparedConfig, ProofListener, ProofRecipe } from '#shared/dialects/proof.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Span } from '#shared/text/span.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import type { LoadedConfig } from './load-config.ts'
import type { ReplayRequest } from './balancer-port.ts'
import type { Ports } from './ports.ts'
import { arrivalOf } from './prove-arrival.ts'
import { judge, type Judgement } from './prove-judge.ts'
import { maskSecrets } from './secrets.ts'

/** One request and what one config was computed to do with it. */
export interface Asked {
  readonly request: RequestInput
  readonly expected: Outcome
}

/** A config ready to be started, or why it must not be. */
export interface Side {
  readonly config: LoadedConfig
  readonly recipe: ProofRecipe
  readonly prepared: PreparedConfig
  readonly refusals: readonly { readonly reason: string; readonly at: Span | null }[]
}

/** Longest line shown in a refusal. */
const shownCharacters = 80

export function prepareSide(config: LoadedConfig, recipe: ProofRecipe, asked: readonly Asked[]): Side {
  const pools = new Set(asked.flatMap(({ expected }) => (expected.action === 'forward' ? [expected.pool] : expected.action === 'split' ? expected.pools.map((one) => one.pool) : [])))
  const prepared = recipe.prepare(config.parsed, config.options, pools)
  const lookup = toLineLookup(config.files.map((file) => file.source))
  const refusals = prepared.refusals.map(({ reason, at }) => {
    const place = at === null ? null : lookup(at)
    if (place === null) return { reason: `The config ${maskSecrets(reason)}.`, at }
    const text = maskSecrets(place.text)
    return { reason: `Line ${place.line} of ${place.file} (${text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text}) ${maskSecrets(reason)}.`, at }
  })
  return { config, recipe, prepared, refusals }
}

export interface SideAnswer {
  /** In the order of what was asked. */
  readonly judgements: readonly Judgement[]
  /** Null: nothing was started. */
  readonly isolated: boolean | null
  /** Why nothing was compared. */
  readonly failure: Failure | null
}

/** Stands in for a witness that no listener takes. */
const nowhere: Judgement = { observed: null, agrees: null, note: null }

/** Starts one config and replays what is asked. Only a cancelled call is a failure; that a balancer does not start is an answer. */
export async function replaySide(ports: Ports, side: Side, asked: readonly Asked[], limitMs: number, cancelled: () => boolean): Promise<Result<SideAnswer>> {
  const arrivals = asked.map(({ request }) => arrivalOf(side.config.model, request))
  const requests: ReplayRequest[] = []
  const redirects: ProofListener['redirects'][] = []
  const turn = arrivals.map(({ arrival }, index): number | Judgement => {
    if (arrival === null) return nowhere
    const { listener, address } = arrival
    const origin = listener.origin[0]
    const socket = side.prepared.listeners.find((one) => origin !== undefined && one.at.file === origin.file && one.at.start === origin.start && one.address === address)
    if (socket === undefined) return { observed: null, agrees: null, note: `The listener ${listener.group} is not replayed.` }
    redirects.push(socket.redirects)
    requests.push({
      socket: socket.socket, proxyHeader: socket.takesProxyHeader, destinationIp: arrival.destinationIp, destinationPort: arrival.destinationPort, speaksHttp: listener.protocol === 'http', endsTls: listener.tls !== null,
      request: (asked[index] as Asked).request,
    })
    return requests.length - 1
  })
  // Nobody needs to be started where nothing can be sent.
  if (requests.length === 0) return ok({ judgements: turn.map((one, index) => (one === nowhere ? atNoListener((asked[index] as Asked).expected) : (one as Judgement))), isolated: null, failure: null })
  const replayed = await ports.balancer.replay({
    command: side.recipe.command, startArguments: side.recipe.startArguments(side.prepared.files.map((file) => file.name)), environment: side.config.options.environment, files: filesOf(ports, side),
    certificate: side.prepared.certificate, ready: side.prepared.ready, servers: side.prepared.servers.map((one) => one.socket), requests,
  }, limitMs, cancelled)
  if (!replayed.ok) {
    if (replayed.failure.code === 'cancelled') return replayed
    return ok({ judgements: asked.map(() => ({ observed: null, agrees: null, note: null })), isolated: null, failure: replayed.failure })
  }
  const judgements = turn.map((one, index) => {
    const { expected } = asked[index] as Asked
    if (typeof one !== 'number') return one === nowhere ? atNoListener(expected) : one
    return doubted(judge(expected, replayed.value.outcomes[one] ?? null, side.prepared.servers, redirects[one]), arrivals[index]?.depends[0]?.reason ?? null)
  })
  return ok({ judgements, isolated: replayed.value.isolated, failure: null })
}

/** Nobody is asked where nothing listens; that a connection is refused there follows from the addresses of the config. */
function atNoListener(expected: Outcome): Judgement {
  return { observed: 'no listener takes the connection', agrees: expected.action === 'close', note: 'Nothing in this config listens there, so the balancer was not asked.' }
}

/** An answer that something unmodelled could change is shown and not counted. */
function doubted(judgement: Judgement, reason: string | null): Judgement {
  return reason === null || judgement.agrees === null ? judgement : { ...judgement, agrees: null, note: `Not counted: what was computed is not certain, because ${reason}.` }
}

function filesOf(ports: Ports, side: Side): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const { prepared, config } = side
  const byPath = new Map(config.files.map((file) => [file.source.path, file.bytes]))
  return [
    ...prepared.files.map((file) => ({ name: file.name, bytes: file.encoding === 'latin-1' ? Uint8Array.from(file.text, (character) => character.charCodeAt(0)) : ports.bytes.fromText(file.text) })),
    ...prepared.copies.map((copy) => ({ name: copy.name, bytes: (copy.path === null ? undefined : byPath.get(copy.path)) ?? new Uint8Array(0) })),
  ]
}

/** Version of the installed product, or why it cannot be asked. */
export async function installedVersion(ports: Ports, recipe: ProofRecipe, product: string): Promise<Result<string>> {
  const words = await ports.balancer.version(recipe.command, recipe.versionArguments)
  if (!words.ok) return words
  const version = recipe.versionOf(words.value)
  return version === null ? failed('no-such-command', `The program ${recipe.command} that is installed here is not ${product}.`) : ok(version)
}
