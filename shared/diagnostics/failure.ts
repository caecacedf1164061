/** Codes of what the world can do to us. Closed list: a new one is added here, with its wording in the host. */
export type FailureCode =
  | 'not-found' | 'not-permitted' | 'not-a-file' | 'too-large' | 'not-text' | 'loop' | 'io' | 'exists'
  | 'no-such-command' | 'command-failed' | 'timeout' | 'cancelled' | 'bad-params' | 'bad-method' | 'unknown-config'
  | 'unknown-snapshot' | 'store-damaged' | 'git-failed' | 'unsupported' | 'our-fault'
  | 'unreachable' | 'bad-answer'

/** Something outside refused. Returned by ports, carried over RPC as data. `message` is a sentence for the user. */
export interface Failure {
  readonly code: FailureCode
  readonly message: string
  readonly path?: string
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }

export function ok<T>(value: T): Result<T> {
  return { ok: true, value }
}

export function failed(code: FailureCode, message: string, path?: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: path === undefined ? { code, message } : { code, message, path } }
}
