export { poolPairsOf, type PoolPairs } from './pool-pairs.ts'
