import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { accessListDropped } from './access-list-dropped.ts'
import { accessRuleAfterAll } from './access-rule-after-all.ts'
import { balancingReplaced } from './balancing-replaced.ts'
import { conflictingServerName } from './conflicting-server-name.ts'
import { constantHashKey } from './constant-hash-key.ts'
import { decodedPathSent } from './decoded-path-sent.ts'
import { duplicateRegexLocation } from './duplicate-regex-location.ts'
import { errorPageDropped } from './error-page-dropped.ts'
import { groupNameTypo } from './group-name-typo.ts'
import { handlerNotInherited } from './handler-not-inherited.ts'
import { hostIsGroupName } from './host-is-group-name.ts'
import { ifDropsTryFiles } from './if-drops-try-files.ts'
import { implicitDefaultServer } from './implicit-default-server.ts'
import { includedTwice } from './included-twice.ts'
import { ipv6Gap } from './ipv6-gap.ts'
import { keepaliveBeforeMethod } from './keepalive-before-method.ts'
import { limitExceptSkipsRewrite } from './limit-except-skips-rewrite.ts'
import { mapOnRawHost } from './map-on-raw-host.ts'
import { mapWildcardWithoutHostnames } from './map-wildcard-without-hostnames.ts'
import { nameResolvedOnce } from './name-resolved-once.ts'
import { namedLocationUnused } from './named-location-unused.ts'
import { newerDirective } from './newer-directive.ts'
import { prereadMissing } from './preread-missing.ts'
import { proxyHeadersDropped } from './proxy-headers-dropped.ts'
import { proxySlashMismatch } from './proxy-slash-mismatch.ts'
import { proxyVariableDropsPath } from './proxy-variable-drops-path.ts'
import { realipTrustsEveryone } from './realip-trusts-everyone.ts'
import { resolverMissing } from './resolver-missing.ts'
import { retryOnStatus } from './retry-on-status.ts'
import { returnBeforeAccess } from './return-before-access.ts'
import { rewriteRepeatsQuery } from './rewrite-repeats-query.ts'
import { schemePortMismatch } from './scheme-port-mismatch.ts'
import { serverNameCharacters } from './server-name-characters.ts'
import { serverRegexOpen } from './server-regex-open.ts'
import { serverReturnBeforeLocations } from './server-return-before-locations.ts'
import { specificListenHidesNames } from './specific-listen-hides-names.ts'
import { statePerWorker } from './state-per-worker.ts'
import { strayFileLoaded } from './stray-file-loaded.ts'
import { swallowedDirective } from './swallowed-directive.ts'
import { tlsByOtherServer } from './tls-by-other-server.ts'
import { tryFilesMiddle } from './try-files-middle.ts'
import { upstreamSniOff } from './upstream-sni-off.ts'
import { variableUnused } from './variable-unused.ts'

/** Rules about nginx's own text, which the neutral model no longer shows. */
export const nginxChecks: readonly Check<NginxTree>[] = [
  accessListDropped, accessRuleAfterAll, balancingReplaced, conflictingServerName, constantHashKey, decodedPathSent,
  duplicateRegexLocation, errorPageDropped, groupNameTypo, handlerNotInherited, hostIsGroupName, ifDropsTryFiles,
  implicitDefaultServer, includedTwice, ipv6Gap, keepaliveBeforeMethod, limitExceptSkipsRewrite, mapOnRawHost,
  mapWildcardWithoutHostnames, nameResolvedOnce, namedLocationUnused, newerDirective, prereadMissing, proxyHeadersDropped,
  proxySlashMismatch, proxyVariableDropsPath, realipTrustsEveryone, resolverMissing, retryOnStatus, returnBeforeAccess,
  rewriteRepeatsQuery, schemePortMismatch, serverNameCharacters, serverRegexOpen, serverReturnBeforeLocations, specificListenHidesNames,
  statePerWorker, strayFileLoaded, swallowedDirective, tlsByOtherServer, tryFilesMiddle, upstreamSniOff,
  variableUnused,
]
