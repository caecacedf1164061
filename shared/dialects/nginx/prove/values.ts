import type { Directive } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { refuse, type Draft } from './draft.ts'

/** Variable that is always empty. */
export const emptyVariable = 'steelyard_empty'

/**
 * What a variable is called in the started config. On a socket nginx has no address or port of its own; the PROXY
 * header says both. Addresses of clients come from there, too, so the one of the connection is what the config calls
 * the address.
 */
const renamed: Readonly<Record<string, string>> = {
  server_addr: 'proxy_protocol_server_addr', server_port: 'proxy_protocol_server_port', realip_remote_addr: 'remote_addr', realip_remote_port: 'remote_port',
}

/** A value in which nginx expands variables, for the started config. */
export function expandedValue(draft: Draft, directive: Directive, value: string): string {
  let out = ''
  let at = 0
  for (const use of variablesIn(value)) {
    const end = endOf(value, use.at)
    out += value.slice(at, use.at) + nameFor(draft, directive, use.name, value.slice(use.at, end))
    at = end
  }
  return out + value.slice(at)
}

function nameFor(draft: Draft, directive: Directive, name: string, written: string): string {
  const other = Object.hasOwn(renamed, name) ? renamed[name] : undefined
  if (other !== undefined) return `\${${other}}`
  if (!name.startsWith('proxy_protocol_')) return written
  if (draft.proxyHeaders === 'some') refuse(draft, directive, 'reads the PROXY header, which every listener gets when requests are replayed and only some have in the config')
  if (draft.proxyHeaders === 'none') {
    draft.usesEmpty = true
    return `\${${emptyVariable}}`
  }
  return written
}

/** Offset behind the variable that begins at `at`. */
function endOf(value: string, at: number): number {
  const next = value.charAt(at + 1)
  if (next >= '1' && next <= '9') return at + 2
  let end = at + (next === '{' ? 2 : 1)
  while (/[A-Za-z0-9_]/.test(value.charAt(end))) end += 1
  return next === '{' && value.charAt(end) === '}' ? end + 1 : end
}

/** Directives whose first argument is a pattern or a name, in which `$` is no variable. */
const firstIsPlain = new Set(['rewrite', 'fastcgi_split_path_info', 'set', 'auth_request_set'])
/** Directives in which nothing is expanded. */
const allPlain = new Set(['location', 'server_name', 'valid_referers', 'ancient_browser', 'modern_browser', 'limit_except'])

/** Arguments of a directive that is kept, for the started config. */
export function keptArguments(draft: Draft, directive: Directive): readonly string[] {
  const name = directive.name.value
  const values = directive.args.map((word) => word.value)
  if (allPlain.has(name)) return values
  const operator = name === 'if' ? values.findIndex((value) => /^!?~\*?$/.test(value)) : -1
  return values.map((value, index) => ((index === 0 && firstIsPlain.has(name)) || (operator !== -1 && index > operator) ? value : expandedValue(draft, directive, value)))
}

/** Does any value of the config name one of these variables, in lower case? */
export function usesVariable(directives: readonly Directive[], matches: (name: string) => boolean): Directive | null {
  for (const directive of directives) {
    if (directive.args.some((word) => word.value.includes('$') && variablesIn(word.value).some((use) => matches(use.name)))) return directive
    const inside = directive.block === null ? null : usesVariable(directive.block.directives, matches)
    if (inside !== null) return inside
  }
  return null
}
