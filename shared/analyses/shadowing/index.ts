export { shadowingChecks, shadowingFindings } from './checks.ts'
export { presentShadowing } from './present.ts'
export { findShadowing } from './shadowing.ts'
