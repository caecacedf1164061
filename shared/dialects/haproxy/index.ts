import type { Dialect } from '#shared/dialects/dialect.ts'
import { haproxyAccessLogs } from './access-log.ts'
import { haproxyTokens } from './accessors.ts'
import { haproxyChecks } from './checks/all.ts'
import { compileHaproxy } from './compile/compile.ts'
import { findIncludes } from './compile/includes.ts'
import { haproxyCounters } from './counters.ts'
import { haproxyLanguage } from './language.ts'
import { detectHaproxy, outlineHaproxy } from './outline.ts'
import { parseHaproxy } from './parser.ts'
import { haproxyProof } from './prove/recipe.ts'
import { haproxySupport } from './support.ts'
import type { HaproxyTree } from './tree.ts'
import { haproxyValidator } from './validator.ts'

export const haproxy: Dialect<HaproxyTree> = {
  id: 'haproxy',
  product: 'HAProxy',
  verifiedOn: ['2.6'],
  detect: detectHaproxy,
  parse: parseHaproxy,
  tokens: haproxyTokens,
  includes: findIncludes,
  compile: compileHaproxy,
  outline: outlineHaproxy,
  support: haproxySupport,
  checks: haproxyChecks,
  language: haproxyLanguage,
  readAccessLog: haproxyAccessLogs,
  readCounters: haproxyCounters,
  proof: haproxyProof,
  validator: haproxyValidator,
}
