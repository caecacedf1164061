export type { BehaviourDiff, RequestClass, UnknownRegion } from './answer.ts'
export { behaviourSteps, compareBehaviour, type BehaviourOptions, type BehaviourComparison } from './compare.ts'
export type { Judge, Judged } from './judge.ts'
export { presentBehaviour } from './present.ts'
