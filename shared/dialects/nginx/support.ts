import type { SupportTable } from '#shared/dialects/dialect.ts'
import { handlerFacts } from './support/handlers.ts'
import { httpAccessFacts } from './support/http-access.ts'
import { httpContentFacts } from './support/http-content.ts'
import { httpCoreFacts } from './support/http-core.ts'
import { httpRewriteFacts } from './support/http-rewrite.ts'
import { httpTlsFacts } from './support/http-tls.ts'
import { eventsFacts, mainFacts } from './support/main.ts'
import { optionEntries } from './support/options.ts'
import { otherFacts } from './support/other-modules.ts'
import type { DirectiveFacts } from './support/row.ts'
import { streamFacts } from './support/stream.ts'
import { httpUpstreamFacts, streamUpstreamFacts } from './support/upstreams.ts'
import { variableEntries } from './support/variables.ts'

const all: readonly DirectiveFacts[] = [
  mainFacts, eventsFacts, httpCoreFacts, httpRewriteFacts, httpAccessFacts, httpContentFacts, httpTlsFacts, handlerFacts, httpUpstreamFacts, streamFacts, streamUpstreamFacts, otherFacts,
].flat()

const byName = new Map<string, DirectiveFacts[]>()
for (const facts of all) {
  const known = byName.get(facts.name)
  if (known === undefined) byName.set(facts.name, [facts])
  else known.push(facts)
}

/** What the tables know of a directive, one entry for each kind of block; empty: nobody knows it. */
export function factsOf(name: string): readonly DirectiveFacts[] {
  return byName.get(name) ?? []
}

export const directiveNames: readonly string[] = [...byName.keys()]

/**
 * Every directive of nginx 1.22 to 1.30, the options and variables, with what they do to routing.
 *
 * Keys are `<kind> <word>`. Kinds of directives: `main`, `events`, `http`, `http-upstream`, `stream`, `stream-upstream`. Kinds
 * of other words: `server-option`, `listen-option`, `map`, `geo`, `split_clients`, `rewrite-flag`, `location-modifier`, `variable`.
 * Contexts and arguments are those of the directive tables inside the 1.22.1 binary.
 */
export const nginxSupport: SupportTable = {
  entries: new Map([...all.map((facts) => facts.entry), ...optionEntries, ...variableEntries].map((entry) => [entry.key, entry])),
}
