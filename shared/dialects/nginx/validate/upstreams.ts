import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { ServerBlock } from '../server-block.ts'
import type { Directive, Word } from '../tree.ts'
import { argCount } from '../words.ts'
import { moduleOf } from './contexts.ts'
import type { Level } from './contexts.ts'
import { refuse } from './report.ts'
import { timeMs } from './values.ts'

/** Methods that cannot tell a primary server from a backup; the group then refuses the word. */
const withoutBackup = new Set(['hash', 'ip_hash', 'random'])
const methodNames = new Set(['hash', 'ip_hash', 'least_conn', 'random', 'least_time'])
const newerOptions = /^(?:resolve|service=.+|slow_start=.+|route=.+|drain)$/

/** Groups that nginx refuses: twice the same name, without servers, or with options of servers it does not take. Source: N-PP-10e, N-UP-2, N-UP-8b. */
export function checkUpstreams(levels: readonly Level[], findings: Diagnostic[]): void {
  const first = new Map<string, Directive>()
  for (const level of levels) {
    if (level.owner?.name.value !== 'upstream') continue
    const { owner } = level
    const name = owner.args[0]?.value ?? ''
    const key = `${moduleOf(level.context) ?? ''} ${name.toLowerCase()}`
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, owner)
    else {
      refuse(findings, {
        code: 'nginx/duplicate-upstream', why: `upstream '${name}' stands twice`, at: headSpan(owner), names: [name.toLowerCase()], source: 'N-PP-10e',
        related: [{ at: headSpan(earlier), message: `First upstream '${earlier.args[0]?.value ?? ''}'` }],
      })
    }
    checkServers(level, owner, name, findings)
  }
}

function headSpan(owner: Directive): Directive['span'] {
  return { ...owner.name.span, end: (owner.args[0] ?? owner.name).span.end }
}

function checkServers(level: Level, owner: Directive, name: string, findings: Diagnostic[]): void {
  // Nothing is wrong with plain servers.
  if (owner.block instanceof ServerBlock && owner.block.servers > 0) return
  let method: string | null = null
  let servers = 0
  let primaries = 0
  for (const directive of level.directives) {
    const keyword = directive.name.value
    if (methodNames.has(keyword)) method = keyword
    if (keyword !== 'server' || argCount(directive) === 0) continue
    servers += 1
    if (!directive.args.some((word) => word.value === 'backup')) primaries += 1
    if (level.context === 'stream upstream') checkPort(directive, findings)
    for (const option of directive.args.slice(1)) {
      const why = optionFault(option, method)
      if (why !== null) refuse(findings, { code: 'nginx/server-option', why: `${why} (server '${directive.args[0]?.value ?? ''}' of '${name}')`, at: option.span, names: [name, directive.args[0]?.value ?? '', option.value], source: 'N-UP-2, N-UP-8b' })
    }
  }
  const elsewhere = level.directives.some((directive) => directive.name.value === 'state' || directive.name.value.startsWith('balancer_by_lua'))
  if (servers > 0 && primaries === 0) refuse(findings, { code: 'nginx/upstream-empty', why: `every server of upstream '${name}' is a backup`, at: headSpan(owner), names: [name] })
  if (servers === 0 && !elsewhere) refuse(findings, { code: 'nginx/upstream-empty', why: `upstream '${name}' has no server`, at: headSpan(owner), names: [name] })
}

/** TCP and UDP have no usual port. */
function checkPort(directive: Directive, findings: Diagnostic[]): void {
  const [address] = directive.args
  if (address === undefined || /:\d+$|^unix:|\$/.test(address.value) || directive.args.some((word) => word.value.startsWith('service='))) return
  refuse(findings, { code: 'nginx/port-missing', why: `'${address.value}' has no port`, at: address.span, names: [address.value] })
}

function optionFault(option: Word, method: string | null): string | null {
  const { value } = option
  if (value === 'down' || newerOptions.test(value)) return null
  if (value === 'backup') return method !== null && withoutBackup.has(method) ? `'backup' cannot be used with ${method}` : null
  const equals = value.indexOf('=')
  if (equals !== -1) {
    const key = value.slice(0, equals)
    const setting = value.slice(equals + 1)
    if (key === 'weight') return /^\d+$/.test(setting) && Number(setting) > 0 ? null : `'${value}' is no weight: it must be 1 or more`
    if (key === 'max_fails' || key === 'max_conns') return /^\d+$/.test(setting) ? null : `'${value}' must have a whole number`
    if (key === 'fail_timeout') return timeMs(setting) === null || setting.includes('ms') ? `'${value}' must have a time in seconds` : null
  }
  return `'${value}' is no option of a server`
}
