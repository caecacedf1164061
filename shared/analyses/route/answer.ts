import type { Outcome } from '#shared/model/outcome.ts'
import type { Span } from '#shared/text/span.ts'

/** One rule that was looked at, in the order of looking; what a product does by itself is left out where it only prepares what rules look at. */
export interface RouteStep {
  readonly stepId: string
  /** Title of the scope it stands in, e.g. `use_backend rules of frontend web`. */
  readonly scope: string
  readonly at: Span
  /** Null: could not be decided (an unmodelled condition); the walk went on as if it did not hold. */
  readonly matched: boolean | null
  /** True for the step that decided the outcome. */
  readonly decides: boolean
  /** Why, in words: `path /x does not start with /api/`. */
  readonly reason: string
  /** For effects that changed the request: what it became, e.g. `path is now /new/x`. Else null. */
  readonly became: string | null
}

/** An unmodelled condition, state or missing file that could change the answer. */
export interface RouteDependency {
  readonly text: string
  readonly reason: string
  readonly at: Span
}

/** Where one request goes and why. */
export interface RouteAnswer {
  /** False: something in `depends` could change the outcome; then `outcome` is the answer if none of it holds. */
  readonly certain: boolean
  readonly outcome: Outcome
  /** The line that decided; null when nothing matched and the product's own answer applies. */
  readonly rule: Span | null
  readonly steps: readonly RouteStep[]
  readonly depends: readonly RouteDependency[]
  /** Model ids the request passed, in order: listener, step that chose the pool, pool, step of the pool that answered instead (server ids are added by share). */
  readonly visited: readonly string[]
  readonly received: {
    readonly method: string
    readonly path: string
    readonly host: string | null
    readonly headers: readonly (readonly [string, string])[]
  }
}
