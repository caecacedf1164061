import { always, type Predicate, type View } from '#shared/model/predicate.ts'
import { plainNetwork } from '../network.ts'
import type { Directive } from '../tree.ts'
import { canonicalWords } from './canonical.ts'
import { allDirectives, type ServerContext } from './context.ts'
import { addFailure } from './fail.ts'
import { inherited, setting, type Level } from './levels.ts'
import { addGap, hasGap, type ScopeDraft } from './state.ts'
import { networkOf, not, opaqueView, test, view } from './variables.ts'
import { argument, childrenOf, nameOf, named, values } from './words.ts'

const doors = ['allow', 'deny', 'auth_basic', 'auth_request']

/** Most servers let everybody in, and each of their locations asks. */
export function mayRefuse({ uses }: ServerContext): boolean {
  return doors.some((name) => uses.has(name))
}

/** Who may come in: allow and deny, passwords, and the opinion of another location. Source: N-ACC-1, N-AUTH-1. */
export function addAccess(server: ServerContext, level: Level, draft: ScopeDraft): void {
  if (!mayRefuse(server)) return
  const rules = inherited(level, 'allow', 'deny')
  const refused = refusedBy(server, rules)
  const credentials = credentialsOf(server, level)
  const asked = askedOf(server, level)
  const any = setting(level, 'satisfy') === 'any'
  if (any && rules.length > 0 && (credentials !== null || asked !== null)) {
    const doors = [...(credentials === null ? [] : [credentials.missing]), ...(asked === null ? [] : [asked.refuses])]
    addFailure(server, level, draft, { kind: 'and', of: [refused, ...doors] }, 401, 'satisfy any', 'deny', ...rules.map((rule) => rule.span).slice(0, 1))
    return
  }
  if (rules.length > 0) addFailure(server, level, draft, refused, 403, 'deny', 'deny', ...rules.map((rule) => rule.span))
  if (credentials !== null) addFailure(server, level, draft, credentials.missing, 401, 'auth_basic', 'deny', credentials.at.span)
  if (asked !== null) addFailure(server, level, draft, asked.refuses, 401, 'auth_request', 'deny', asked.at.span)
}

/** The first rule whose network the client is in says no. */
function refusedBy(server: ServerContext, rules: readonly Directive[]): Predicate {
  const source: View = server.hidesSource ? opaqueView('$remote_addr', 'it is taken from a header of trusted proxies (realip)') : view({ kind: 'source-ip' })
  let refused: Predicate = { kind: 'false' }
  for (const rule of [...rules].reverse()) {
    const inside = clientIn(server, source, rules, rule)
    if (nameOf(rule) === 'deny') refused = inside.kind === 'true' ? always : { kind: 'or', of: [inside, refused] }
    else refused = inside.kind === 'true' ? { kind: 'false' } : refused.kind === 'true' ? not(inside) : { kind: 'and', of: [not(inside), refused] }
  }
  return refused
}

/**
 * Is the client in the network of `rule`, one of `rules`? A socket that takes connections over both sees IPv4 clients with mapped
 * addresses, which rules of IPv6 alone look at. Source: src ngx_http_access_handler.
 */
export function clientIn({ state, directive }: ServerContext, source: View, rules: readonly Directive[], rule: Directive): Predicate {
  const network = argument(rule, 0)
  if (network === 'all') return always
  if (network === 'unix:') return { kind: 'false' }
  const takesBoth = named(childrenOf(directive), 'listen').some((listen) => values(listen).includes('ipv6only=off'))
  if (takesBoth && rules.every((one) => argument(one, 0).includes(':'))) {
    const reason = 'whether IPv4 clients of a socket for both count is not modelled'
    if (!hasGap(state, rule.span)) addGap(state, 'opaque-condition', rule, reason)
    return { kind: 'opaque', text: `the client is in ${network}`, reason, dependsOn: 'request', origin: rule.span }
  }
  return test({ ...source, type: 'ip', absentAs: 'nothing' }, networkOf(state, plainNetwork(network)), rule.span)
}

function credentialsOf(server: ServerContext, level: Level): { readonly missing: Predicate; readonly at: Directive } | null {
  const [basic] = inherited(level, 'auth_basic')
  if (basic === undefined || argument(basic, 0) === 'off') return null
  const [file] = inherited(level, 'auth_basic_user_file')
  const text = `user and password are in ${file === undefined ? 'no file' : argument(file, 0)}`
  addGap(server.state, 'opaque-condition', basic, 'the passwords are not looked at')
  const known: Predicate = { kind: 'and', of: [test(view({ kind: 'header', name: 'authorization', split: 'line', occurrence: 1 }), { kind: 'prefix', values: ['Basic '], ignoreCase: true }, basic.span), { kind: 'opaque', text, reason: 'the passwords are not looked at', dependsOn: 'request', origin: basic.span }] }
  return { missing: not(known), at: basic }
}

/** The answer depends on what another location does, so its text belongs to the condition. */
function askedOf(server: ServerContext, level: Level): { readonly refuses: Predicate; readonly at: Directive } | null {
  const [request] = inherited(level, 'auth_request')
  if (request === undefined || argument(request, 0) === 'off') return null
  const uri = argument(request, 0)
  const meaning = meaningOf(server, uri)
  const reason = 'whether the other location lets the request pass is not known'
  addGap(server.state, 'opaque-condition', request, reason)
  return { refuses: { kind: 'opaque', text: `auth_request ${uri} refuses: ${meaning}`, reason, dependsOn: 'request', origin: request.span }, at: request }
}

const meanings = new WeakMap<ServerContext, Map<string, string>>()

/** Text of the only location with that word, else of the whole server. */
function meaningOf(server: ServerContext, uri: string): string {
  let known = meanings.get(server)
  if (known === undefined) meanings.set(server, known = new Map<string, string>())
  let meaning = known.get(uri)
  if (meaning === undefined) {
    const own = named(allDirectives([server.directive]), 'location').filter((location) => location.args.some(({ value }) => value === uri))
    known.set(uri, meaning = own.length === 1 ? canonicalWords(own[0] as Directive) : canonicalWords(server.directive))
  }
  return meaning
}
