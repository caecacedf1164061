import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Span } from '#shared/text/span.ts'
import type { Expansion } from './expand.ts'
import { levelsOf, topContext } from './validate/contexts.ts'
import type { Level } from './validate/contexts.ts'
import { checkLevel } from './validate/directives.ts'
import { checkLocations } from './validate/locations.ts'
import { checkNames } from './validate/names.ts'
import { checkListeners } from './validate/listeners.ts'
import { checkSemantics } from './validate/semantics.ts'
import { refuse } from './validate/report.ts'
import { checkTables } from './validate/tables.ts'
import { checkUpstreams } from './validate/upstreams.ts'
import { checkVariables } from './validate/variables.ts'

/** Modules whose directives are in the tables, or that bring none. */
const knownModules = /(?:^|\/)ngx_(?:stream|mail|http_(?:perl|js|lua|geoip|geoip2|image_filter|xslt_filter|headers_more_filter|echo|set_misc|brotli_filter|brotli_static)|stream_(?:js|geoip|geoip2|lua)|ndk_http|rtmp)_module\.so$|ndk_http_module\.so$/

/**
 * What nginx refuses in a whole configuration: unknown and misplaced directives, wrong arguments, duplicates, names and
 * variables that nothing defines, and what single directives insist on.
 *
 * Shape: one finding per fault, all faults; nginx itself stops at the first. Order: by kind of fault.
 * Errors: none thrown.
 * Source: `nginx -t` of 1.22.1; test/oracle/nginx/refused.test.ts.
 */
export function diagnoseNginx(expansion: Expansion): readonly Diagnostic[] {
  const findings: Diagnostic[] = []
  const context = topContext(expansion.context)
  const levels = levelsOf(expansion.directives, context)
  const hasForeignModule = expansion.directives.some((directive) => directive.name.value === 'load_module' && !knownModules.test(directive.args[0]?.value ?? ''))
  for (const level of levels) checkLevel(level, hasForeignModule, findings)
  for (const level of levels) checkSemantics(level, findings)
  checkLocations(levels, findings)
  checkUpstreams(levels, findings)
  checkTables(levels, findings)
  checkListeners(levels, findings)
  // A file that could not be read may define what the others use.
  if (!expansion.includes.some((include) => include.missing)) {
    checkNames(levels, findings)
    checkVariables(levels, findings)
  }
  if (context === 'main' || expansion.directives.length === 0) checkSections(levels[0] as Level, expansion.start, findings)
  return findings
}

function checkSections(main: Level, start: Span, findings: Diagnostic[]): void {
  if (main.directives.some((directive) => directive.name.value === 'events')) return
  refuse(findings, { code: 'nginx/events-missing', why: "there is no 'events' section", at: main.directives[0]?.name.span ?? start, names: [], source: 'nginx core module, events' })
}
