export type { BehaviourDiff, RequestClass, UnknownRegion } from './answer.ts'
export { behaviourSteps, compareBehaviour, type BehaviourOptions, type BehaviourComparison } from './compare.ts'
export type { Judge, Judged } from './judge.ts'
export { countWords, presentBehaviour, shownLine } from './present.ts'
