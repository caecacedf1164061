export { presentPairs } from './present.ts'
export { poolPairsOf, type PoolPairs } from './pool-pairs.ts'
