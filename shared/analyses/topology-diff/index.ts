export { diffTopology, listenerGroups, scopeChain } from './diff.ts'
export { checkText } from './settings.ts'
export { presentDifference } from './present.ts'
export type { ConditionChange, ElementChange, ListenerGroup, PoolChange, ScopeChange, SettingChange, TopologyDifference } from './answer.ts'
