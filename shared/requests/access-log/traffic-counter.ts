/** Requests that one named part of the balancer counted. */
export interface TrafficCounter {
  /** `entry`: as they came in; `pool`: as they were given to a pool. */
  readonly kind: 'entry' | 'pool'
  readonly name: string
  readonly requests: number
}
