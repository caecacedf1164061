import type { CompileOptions } from '#shared/dialects/dialect.ts'
import type { PreparedConfig, ProofListener, ProofServer } from '#shared/dialects/proof.ts'
import { headOf } from '../compile/words.ts'
import { quoted } from '../quoted.ts'
import type { Directive } from '../tree.ts'

/** Name of the certificate that stands for every certificate of a config. */
export const certificateName = 'cert.pem'

/** Everything that is gathered while a config is made ready. */
export interface Draft {
  readonly options: CompileOptions
  /** Pools whose servers have a socket each. */
  readonly pools: ReadonlySet<string>
  /** More servers than can have a socket each: those of other pools share one. */
  readonly shareOthers: boolean
  readonly refusals: PreparedConfig['refusals'][number][]
  /** Sentences about what is not as in the config, in the order in which they first applied. */
  readonly replaced: Set<string>
  readonly listeners: ProofListener[]
  readonly servers: ProofServer[]
  /** Groups by the name that `proxy_pass` looks up, in lower case → the name they are started under. */
  readonly groups: ReadonlyMap<string, string>
  /** Addresses that requests are passed on to without a group, in lower case → the name of the group that stands for them. */
  readonly addresses: Map<string, string>
  /** Lines of `http` that stand for something: groups of addresses, tables of targets that the request names. */
  readonly added: string[]
  /** Whether the addresses listened on expect a PROXY header: all, none, or some of them. */
  readonly proxyHeaders: 'all' | 'none' | 'some'
  tables: number
  usesCertificate: boolean
  usesEmpty: boolean
}

export function refuse(draft: Draft, directive: Directive, reason: string): void {
  draft.refusals.push({ reason, at: headOf(directive) })
}

export function note(draft: Draft, sentence: string): void {
  draft.replaced.add(sentence)
}

/** A line of words that ends in `;`. */
export const lineOf = (...values: readonly string[]): string => `${values.map(quoted).join(' ')};`

/** Socket of one server of a pool. */
export function socketOf(draft: Draft, pool: string, server: string): string {
  if (draft.shareOthers && !draft.pools.has(pool)) return sharedSocket
  const socket = `s${draft.servers.length}`
  draft.servers.push({ socket, is: { pool, server } })
  return socket
}

/** Servers that no expectation names. */
export const sharedSocket = 'sx'
