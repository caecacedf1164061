import type { NeutralCheck } from './check.ts'
import { addressBoundTwice } from './rules/address-bound-twice.ts'
import { caseSensitiveHost } from './rules/case-sensitive-host.ts'
import { checkNeverRuns } from './rules/check-never-runs.ts'
import { checkWithoutHost } from './rules/check-without-host.ts'
import { cookieHoles } from './rules/cookie-holes.ts'
import { deadRule } from './rules/dead-rule.ts'
import { disabledPool } from './rules/disabled-pool.ts'
import { duplicateAddress } from './rules/duplicate-address.ts'
import { firstWithoutLimit } from './rules/first-without-limit.ts'
import { impossibleTest } from './rules/impossible-test.ts'
import { loneBackup } from './rules/lone-backup.ts'
import { noRedispatch } from './rules/no-redispatch.ts'
import { noUsableServer } from './rules/no-usable-server.ts'
import { poolUnreachable } from './rules/pool-unreachable.ts'
import { serverNameNeverSeen } from './rules/server-name-never-seen.ts'
import { serverWithoutCheck } from './rules/server-without-check.ts'
import { severalBackups } from './rules/several-backups.ts'
import { spoofableAllow } from './rules/spoofable-allow.ts'
import { unknownPoolName } from './rules/unknown-pool-name.ts'
import { unmatched } from './rules/unmatched.ts'
import { weightOutlier } from './rules/weight-outlier.ts'
import { wideHost } from './rules/wide-host.ts'

/** Every rule about the neutral model. */
export const neutralChecks: readonly NeutralCheck[] = [
  addressBoundTwice, caseSensitiveHost, checkNeverRuns, checkWithoutHost, cookieHoles, deadRule, disabledPool, duplicateAddress, firstWithoutLimit, impossibleTest, loneBackup, noRedispatch, noUsableServer, poolUnreachable,
  serverNameNeverSeen, serverWithoutCheck, severalBackups, spoofableAllow, unknownPoolName, unmatched, weightOutlier, wideHost,
]
