import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Formula } from '#shared/requests/space/world.ts'
import type { Elsewhere } from './cause.ts'
import type { Proved } from './classes.ts'
import type { Difference } from './differences.ts'
import type { FoundPair } from './rule-pairs.ts'

/** A proved pair; there may be very many, so what the found pair holds already is read from there. */
export class ProvedPair implements Proved {
  readonly arrival: Arrival
  readonly before: DecidingRule
  readonly after: DecidingRule
  readonly changed: Proved['changed']
  readonly elsewhere: Elsewhere
  readonly both: Formula
  readonly request: RequestInput
  readonly judged: Proved['judged']
  readonly depends: Proved['depends']
  readonly exceptions: () => readonly Formula[]
  private readonly pair: FoundPair

  constructor(proved: Omit<Proved, 'differences' | 'required' | 'identity' | 'exceptions'>, pair: FoundPair, exceptions: () => readonly Formula[]) {
    this.arrival = proved.arrival
    this.before = proved.before
    this.after = proved.after
    this.changed = proved.changed
    this.elsewhere = proved.elsewhere
    this.both = proved.both
    this.request = proved.request
    this.judged = proved.judged
    this.depends = proved.depends
    this.exceptions = exceptions
    this.pair = pair
  }

  get differences(): readonly Difference[] {
    return this.pair.differences
  }

  get identity(): string {
    return this.pair.identity
  }

  get required(): readonly Formula[] {
    return this.pair.required
  }
}
