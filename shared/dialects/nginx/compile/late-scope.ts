import type { Action, Scope, ScopeId, Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'

const stepsProperty: PropertyDescriptor & ThisType<LateScope> = {
  enumerable: true,
  configurable: true,
  get() {
    return LateScope.stepsOf(this)
  },
}

/**
 * A scope whose steps are made when first asked for: what a plain `proxy_pass` does are a dozen steps, the same for each of many
 * thousand locations but for their places; and the search among those has a step for each.
 *
 * `steps` is an own property, so that copies and JSON have it; see `PoolModel`.
 */
export class LateScope implements Scope {
  readonly id: ScopeId
  readonly title: string
  declare readonly steps: readonly Step[]
  readonly next: ScopeId | null
  readonly otherwise: Action | null
  readonly otherwiseAt: Span | null
  declare readonly impliedEnd?: boolean
  declare readonly heading?: string
  #make: (() => readonly Step[]) | null
  #steps: readonly Step[] = []

  /** `make` is called once. */
  constructor(parts: Omit<Scope, 'steps'>, make: () => readonly Step[]) {
    this.id = parts.id
    this.title = parts.title
    this.next = parts.next
    this.otherwise = parts.otherwise
    this.otherwiseAt = parts.otherwiseAt ?? null
    // Absent where they are absent elsewhere.
    if (parts.impliedEnd !== undefined) this.impliedEnd = parts.impliedEnd
    if (parts.heading !== undefined) this.heading = parts.heading
    this.#make = make
    Object.defineProperty(this, 'steps', stepsProperty)
  }

  static stepsOf(scope: LateScope): readonly Step[] {
    if (scope.#make !== null) {
      scope.#steps = scope.#make()
      scope.#make = null
    }
    return scope.#steps
  }
}
