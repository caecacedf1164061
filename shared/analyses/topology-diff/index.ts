export { diffTopology, listenerGroups, scopeChain } from './diff.ts'
export { namedConditions } from './conditions.ts'
export { checkText } from './settings.ts'
export type { ConditionChange, ElementChange, ListenerGroup, PoolChange, ScopeChange, SettingChange, TopologyDifference } from './answer.ts'
