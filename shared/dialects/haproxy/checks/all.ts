import type { Check } from '#shared/dialects/dialect.ts'
import type { HaproxyTree } from '../tree.ts'
import { aclLateFlag } from './acl-late-flag.ts'
import { aclOperator } from './acl-operator.ts'
import { aclSpread } from './acl-spread.ts'
import { aclUnused } from './acl-unused.ts'
import { ignoredInTcp } from './ignored-in-tcp.ts'
import { lostAfterHash } from './lost-after-hash.ts'
import { normalizerArgument } from './normalizer-argument.ts'
import { timeoutUnit } from './timeout-unit.ts'

/** Rules about HAProxy's own text, which the neutral model no longer shows. */
export const haproxyChecks: readonly Check<HaproxyTree>[] = [aclLateFlag, aclOperator, aclSpread, aclUnused, ignoredInTcp, lostAfterHash, normalizerArgument, timeoutUnit]
