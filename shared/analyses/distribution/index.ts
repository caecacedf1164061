export type { PoolDistribution } from './answer.ts'
export { expectedDistribution, expectedShares, poolDistribution } from './distribution.ts'
export { presentDistribution } from './present.ts'
