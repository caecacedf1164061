import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Word } from '../tree.ts'
import type { Level } from './contexts.ts'
import { isUpstream, moduleOf } from './contexts.ts'
import { refuse } from './report.ts'

interface Uses {
  readonly zones: Set<string>
  readonly caches: Set<string>
  readonly formats: Set<string>
}

const zoneDirectives = new Set(['limit_conn_zone', 'limit_req_zone'])
const cacheDirectives = new Set(['proxy_cache', 'fastcgi_cache', 'uwsgi_cache', 'scgi_cache'])
const using = new Set(['limit_conn', 'limit_req', 'access_log', ...cacheDirectives])

/** Names of zones, caches and log formats that nothing defines. */
export function checkNames(levels: readonly Level[], findings: Diagnostic[]): void {
  const known: Readonly<Record<'http' | 'stream', Uses>> = { http: newUses(), stream: newUses() }
  known.http.formats.add('combined')
  for (const level of levels) {
    const module = moduleOf(level.context)
    if (module === null || isUpstream(level)) continue
    for (const directive of level.directives) {
      const { name } = directive
      if (zoneDirectives.has(name.value)) addZone(known[module].zones, directive.args)
      else if (name.value.endsWith('_cache_path')) addKeysZone(known[module].caches, directive.args)
      else if (name.value === 'log_format' && directive.args[0] !== undefined) {
        const [format] = directive.args
        if (known[module].formats.has(format.value)) refuse(findings, { code: 'nginx/duplicate-log-format', why: `log_format '${format.value}' stands twice`, at: format.span, names: [format.value] })
        known[module].formats.add(format.value)
      }
    }
  }
  for (const level of levels) {
    const module = moduleOf(level.context)
    if (module !== null && !isUpstream(level)) checkUses(level, known[module], findings)
  }
}

function newUses(): Uses {
  return { zones: new Set(), caches: new Set(), formats: new Set() }
}

function addZone(zones: Set<string>, args: readonly Word[]): void {
  for (const { value } of args) if (value.startsWith('zone=')) zones.add(value.slice(5).split(':')[0] ?? '')
}

function addKeysZone(caches: Set<string>, args: readonly Word[]): void {
  for (const { value } of args) if (value.startsWith('keys_zone=')) caches.add(value.slice(10).split(':')[0] ?? '')
}

function checkUses(level: Level, known: Uses, findings: Diagnostic[]): void {
  const report = (word: Word, what: string, by: string): void => { refuse(findings, { code: 'nginx/name-undefined', why: `there is no ${what} '${word.value.replace(/^zone=/, '')}'; ${by} would define it`, at: word.span, names: [what, word.value] }) }
  for (const directive of level.directives) {
    const { name } = directive
    if (!using.has(name.value)) continue
    const { args } = directive
    const [first, second] = args
    if (first === undefined) continue
    if (name.value === 'limit_conn') {
      if (!known.zones.has(first.value)) report(first, 'zone', 'limit_conn_zone')
    } else if (name.value === 'limit_req') {
      const zone = args.find((word) => word.value.startsWith('zone='))
      if (zone !== undefined && !known.zones.has(zone.value.slice(5))) report(zone, 'zone', 'limit_req_zone')
    } else if (name.value === 'access_log' && second !== undefined) {
      if (!second.value.includes('=') && !known.formats.has(second.value)) report(second, 'log format', 'log_format')
    } else if (cacheDirectives.has(name.value)) {
      if (first.value !== 'off' && !first.value.includes('$') && !known.caches.has(first.value)) report(first, 'cache', `${name.value}_path`)
    }
  }
}
