import type { SupportEntry, SupportTable } from '#shared/dialects/dialect.ts'
import { actionEntries } from './support/actions.ts'
import { conditionEntries } from './support/conditions.ts'
import { converterEntries } from './support/converters.ts'
import { fetchEntries } from './support/fetches.ts'
import { globalEntries } from './support/global.ts'
import { bindEntries, crtListEntries, serverEntries } from './support/listeners-and-servers.ts'
import { optionEntries } from './support/options.ts'
import { proxyEntries } from './support/proxy.ts'
import { sectionEntries } from './support/sections.ts'

const all: readonly (readonly SupportEntry[])[] = [
  sectionEntries, globalEntries, proxyEntries, optionEntries, bindEntries, serverEntries, crtListEntries, actionEntries, fetchEntries, converterEntries, conditionEntries,
]

/**
 * Every keyword of 2.4 to 3.x with what it does to routing.
 *
 * Keys are `<kind> <keyword>`. Kinds of lines: `section`, `directive`, `global`, `proxy`, and the name of any other section.
 * Kinds of second words: `option`, `timeout`, `balance`, `hash-type`, `mode`, `cookie`, `redirect`, `stick`, `stats`, `http-check`,
 * `tcp-check`, `email-alert`, `compression`, `retry-on`, `bind`, `server`, `crt-list`, `filter`, `service`, and the rule lists
 * `http-request`, `http-response`, `http-after-response`, `tcp-request`, `tcp-response`, `quic-initial`.
 * Kinds inside conditions: `fetch`, `converter`, `acl-flag`, `match`, `predefined-acl`, `predicate`, `log-format`.
 */
export const haproxySupport: SupportTable = {
  entries: new Map(all.flat().map((entry) => [entry.key, entry])),
}
