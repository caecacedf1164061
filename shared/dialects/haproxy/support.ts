import type { SupportEntry, SupportTable } from '#shared/dialects/dialect.ts'
import { globalEntries } from './support/global.ts'
import { proxyEntries } from './support/proxy.ts'

const all: readonly (readonly SupportEntry[])[] = [globalEntries, proxyEntries]

/** Every keyword of 2.4 to 3.x with what it does to routing. Keys are `<kind> <keyword>`; see `support/` for the kinds. */
export const haproxySupport: SupportTable = {
  entries: new Map(all.flat().map((entry) => [entry.key, entry])),
}
