import type { Result } from '#shared/diagnostics/failure.ts'
import type { RequestInput } from '#shared/model/request.ts'

/** One request to a started balancer. */
export interface ReplayRequest {
  /** Socket of the listener it is sent to. */
  readonly socket: string
  /** A PROXY header goes first and says where the connection comes from and where it went. */
  readonly proxyHeader: boolean
  /** Null: some address of the family of the source. */
  readonly destinationIp: string | null
  readonly destinationPort: number
  /** The balancer reads HTTP there; else the bytes are passed on, TLS included. */
  readonly speaksHttp: boolean
  /** The balancer ends TLS there. */
  readonly endsTls: boolean
  readonly request: RequestInput
}

/** What became of one request. Texts are byte strings. `silent`: neither an answer nor an end within the time. */
export type ReplayOutcome =
  | { readonly kind: 'server'; readonly socket: string; readonly method: string; readonly target: string }
  | { readonly kind: 'status'; readonly status: number; readonly location: string | null }
  | { readonly kind: 'closed' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'not-sent'; readonly reason: string }

/** One balancer to be started in a folder of its own, with stand-ins for its servers. Every name is a file in that folder. */
export interface ReplayRun {
  readonly command: string
  readonly startArguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  /** File that a self-made certificate and its key are written to; null: none is needed. */
  readonly certificate: string | null
  /** Socket that answers any request over HTTP once the program is up. */
  readonly ready: string
  readonly servers: readonly string[]
  readonly requests: readonly ReplayRequest[]
}

export interface ReplayAnswer {
  /** In the order of the requests; null: the time was over before its turn. */
  readonly outcomes: readonly (ReplayOutcome | null)[]
  /** The process had a network namespace of its own, without any way out. */
  readonly isolated: boolean
}

/** Starts the balancers that are installed here. Nothing it starts outlives the call or this process. */
export interface BalancerPort {
  /** What the program prints about itself. */
  readonly version: (command: string, versionArguments: readonly string[]) => Promise<Result<string>>
  /** `limitMs`: for everything, start included. `cancelled` is asked often. */
  readonly replay: (run: ReplayRun, limitMs: number, cancelled: () => boolean) => Promise<Result<ReplayAnswer>>
}
