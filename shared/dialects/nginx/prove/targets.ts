import { targetOf } from '../compile/passes.ts'
import { hasVariables } from '../compile/variables.ts'
import { argument, childrenOf, nameOf } from '../compile/words.ts'
import { quoted } from '../quoted.ts'
import type { Directive } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { factsOf } from '../support.ts'
import { lineOf, note, refuse, socketOf, type Draft } from './draft.ts'
import { keptInUpstream } from './keywords.ts'
import { expandedValue, keptArguments } from './values.ts'

/** Group that stands for what no name in the config decides: nothing has that name, and no name is looked up. */
const nobody = 'steelyard-none'
/** Socket of the stand-in behind targets that stand wholly in a variable. */
const unknownSocket = 'su'
const unknownGroup = 'steelyard-unknown'

const standIns = 'Servers are replaced by stand-ins that say which server they are; no name is looked up.'

/** Names under which the groups of a config are started. */
export function groupNames(upstreams: readonly Directive[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const upstream of upstreams) {
    const name = argument(upstream, 0).toLowerCase()
    if (!names.has(name)) names.set(name, `steelyard-g${names.size}`)
  }
  return names
}

const keptOptions = /^(?:weight=\d+|backup|down)$/
const droppedOptions = /^(?:max_conns|max_fails|fail_timeout|service|resolve)(?:=|$)/

/** `upstream` with sockets of our own instead of servers. */
export function upstreamLines(draft: Draft, upstream: Directive): readonly string[] {
  const pool = argument(upstream, 0).toLowerCase()
  const lines: string[] = []
  const seen = new Map<string, number>()
  for (const child of childrenOf(upstream)) {
    const name = nameOf(child)
    if (name === 'server') {
      const address = argument(child, 0)
      const count = (seen.get(address) ?? 0) + 1
      seen.set(address, count)
      const options = child.args.slice(1).map((word) => word.value)
      const unknown = options.find((option) => !keptOptions.test(option) && !droppedOptions.test(option))
      if (unknown !== undefined) refuse(draft, child, `has the option ${unknown}, of which it is not known whether it may be used`)
      if (options.some((option) => droppedOptions.test(option))) note(draft, 'Failures, limits and changes of addresses of servers are left out: every server answers.')
      lines.push(`  server unix:${socketOf(draft, pool, count === 1 ? address : `${address}#${count}`)}${options.filter((option) => keptOptions.test(option)).map((option) => ` ${option}`).join('')};`)
    } else if (keptInUpstream.has(name)) lines.push(`  ${lineOf(name, ...keptArguments(draft, child))}`)
    else if (name === 'zone' || name === 'resolver') continue
    else if (!factsOf(name).some(({ kind, entry }) => kind === 'http-upstream' && entry.state === 'inert')) refuse(draft, child, `has the directive ${name}, of which it is not known whether it may be started`)
  }
  note(draft, standIns)
  return [`upstream ${draft.groups.get(pool) ?? nobody} {`, ...lines, '}']
}

/** The group that a host of `proxy_pass` leads to; an address gets one of its own. */
function groupFor(draft: Draft, host: string): string {
  const name = host.toLowerCase()
  const known = draft.groups.get(name) ?? draft.addresses.get(name)
  if (known !== undefined) return known
  const group = `steelyard-a${draft.addresses.size}`
  draft.addresses.set(name, group)
  draft.added.push(`upstream ${group} { server unix:${socketOf(draft, name, host)}; }`)
  note(draft, standIns)
  return group
}

/** `proxy_pass` to stand-ins. Null: the line was refused. */
export function proxyPassLine(draft: Draft, directive: Directive, addresses: readonly string[]): string | null {
  const text = argument(directive, 0)
  const target = targetOf(text)
  if (target === null) {
    if (!hasVariables(text)) {
      refuse(draft, directive, 'names a target that cannot be read')
      return null
    }
    return unknownTarget(draft)
  }
  if (target.protocol === 'https') note(draft, 'Servers are spoken to in plain HTTP/1.')
  const rest = target.uri === null ? '' : expandedValue(draft, directive, target.uri)
  if (!hasVariables(target.host)) return target.host === '' && hasVariables(text) ? unknownTarget(draft) : lineOf('proxy_pass', `http://${groupFor(draft, target.host)}${rest}`)
  if (variablesIn(target.host).some((use) => use.name === 'server_name')) {
    refuse(draft, directive, 'passes requests on to an address that is made of $server_name, which is not replaced')
    return null
  }
  return lineOf('proxy_pass', `http://\${${tableFor(draft, directive, target.host, addresses)}}${rest}`)
}

function unknownTarget(draft: Draft): string {
  if (!draft.servers.some((one) => one.socket === unknownSocket)) {
    draft.servers.push({ socket: unknownSocket, is: null })
    draft.added.push(`upstream ${unknownGroup} { server unix:${unknownSocket}; }`)
  }
  note(draft, 'A target that stands wholly in a variable is replaced by a stand-in that belongs to no pool.')
  return lineOf('proxy_pass', `http://${unknownGroup}`)
}

/**
 * A table from what the host may say to the groups that stand for it. Without a name nginx answers 500, as it does for
 * a URL without a host; everything else is a name that nobody has, which is 502.
 */
function tableFor(draft: Draft, directive: Directive, host: string, addresses: readonly string[]): string {
  const variable = `steelyard_to${draft.tables}`
  draft.tables += 1
  const names = [...draft.groups.keys(), ...addresses.filter((address) => !draft.groups.has(address))]
  draft.added.push(
    `map ${quoted(expandedValue(draft, directive, host))} $${variable} {`, `  default ${nobody};`, '  "" "/";',
    ...names.map((name) => `  ${quoted(`\\${name}`)} ${groupFor(draft, name)};`), '}',
  )
  return variable
}

/** Addresses among the values that a config gives to variables, each once. */
export function addressesIn(directives: readonly Directive[]): readonly string[] {
  const found = new Set<string>()
  const visit = (directive: Directive, isEntry: boolean): void => {
    const value = isEntry ? argument(directive, 0) : nameOf(directive) === 'set' ? argument(directive, 1) : ''
    if (/^(?:\d+\.){3}\d+(?::\d+)?$/.test(value)) found.add(value)
    const below = ['map', 'geo', 'split_clients'].includes(nameOf(directive)) && directive.block !== null
    for (const child of childrenOf(directive)) visit(child, below)
  }
  for (const directive of directives) visit(directive, false)
  return [...found]
}

/** `fastcgi_pass` and its like as stand-ins that speak HTTP: what counts is who is asked. */
export function otherPassLine(draft: Draft, directive: Directive): string {
  const text = argument(directive, 0).replace(/^(?:grpcs?|http|suwsgi|uwsgi):\/\//, '')
  note(draft, 'FastCGI, uwsgi, SCGI, gRPC and memcached servers are replaced by stand-ins that speak HTTP: only which server is asked is compared.')
  return hasVariables(text) ? unknownTarget(draft) : lineOf('proxy_pass', `http://${groupFor(draft, text)}$request_uri`)
}
