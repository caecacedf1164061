import type { Infer, Schema } from '#shared/schema/schema.ts'
import type { Result } from '#shared/diagnostics/failure.ts'

/** One method of the contract: validators for what goes in and what comes out. Payloads are plain JSON. */
export interface Method<P = unknown, R = unknown> {
  readonly params: Schema<P>
  readonly result: Schema<R>
}

export function method<P, R>(parts: { readonly params: Schema<P>; readonly result: Schema<R> }): Method<P, R> {
  return parts
}

export type Contract = Readonly<Record<string, Method<never, unknown> | Method>>
export type ParamsOf<M> = M extends { readonly params: infer S } ? Infer<S> : never
export type ResultOf<M> = M extends { readonly result: infer S } ? Infer<S> : never

/** Handed to a handler with each call. `cancelled()` turns true when the caller gave up; long work checks it. */
export interface CallContext {
  readonly cancelled: () => boolean
}

/** A backend satisfies this; a missing handler does not compile. What the world refuses comes back as a `Failure`. */
export type Handlers<C> = {
  readonly [K in keyof C]: (params: ParamsOf<C[K]>, context: CallContext) => Promise<Result<ResultOf<C[K]>>>
}

/** The caller's side: the same on every transport. */
export interface RpcClient<C, E> {
  call<K extends keyof C & string>(method: K, params: ParamsOf<C[K]>, signal?: { readonly aborted: boolean; addEventListener(type: 'abort', listener: () => void): void }): Promise<Result<ResultOf<C[K]>>>
  /** Returns a function that ends the subscription. */
  subscribe<K extends keyof E & string>(event: K, listener: (payload: E[K]) => void): () => void
}
