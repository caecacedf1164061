import type { CompileOptions, Parsed } from '#shared/dialects/dialect.ts'
import type { PreparedConfig } from '#shared/dialects/proof.ts'
import type { TextEncodingName } from '#shared/text/source-file.ts'
import { argument, childrenOf, nameOf, named } from '../compile/words.ts'
import { expandIncludes, type Expansion } from '../expand.ts'
import { parseNginx } from '../parser.ts'
import { quoted } from '../quoted.ts'
import { factsOf } from '../support.ts'
import type { Directive, NginxTree } from '../tree.ts'
import { diagnoseNginx } from '../validate.ts'
import { confinementProblems } from './confined.ts'
import { certificateName, lineOf, note, refuse, sharedSocket, type Draft } from './draft.ts'
import { droppedMain, droppedWith, keptBlocks, keptDirectives, knownModules, otherProtocols, valueBlocks } from './keywords.ts'
import { listenLines, proxyHeadersOf, socketsOf, type Sockets } from './servers.ts'
import { addressesIn, groupNames, otherPassLine, proxyPassLine, upstreamLines } from './targets.ts'
import { emptyVariable, expandedValue, keptArguments } from './values.ts'

/** From this many servers on, those that no expectation names share a socket. */
const mostSockets = 2000
/** Answers once the process takes requests. */
const readySocket = 'lr'
/** Passwords are compared with none. */
const passwordFile = 'f0'

const ownMain = ['daemon off;', 'master_process off;', 'pid nginx.pid;', 'error_log stderr emerg;', 'events { worker_connections 512; }']
const ownHttp = [
  'access_log off;', 'root www;', 'client_body_temp_path t0;', 'proxy_temp_path t1;', 'fastcgi_temp_path t2;', 'uwsgi_temp_path t3;', 'scgi_temp_path t4;', 'proxy_connect_timeout 2s;', 'proxy_read_timeout 4s;',
  'server_names_hash_bucket_size 1024;', 'server_names_hash_max_size 65536;', 'map_hash_bucket_size 1024;', 'map_hash_max_size 65536;', 'variables_hash_bucket_size 512;', 'variables_hash_max_size 16384;',
  // Where a connection comes from stands in the header that goes first.
  'set_real_ip_from unix:;', 'real_ip_header proxy_protocol;',
]

/** Where a directive of the config stands, and the server around it. */
interface Place {
  readonly sockets: Sockets
  readonly addresses: readonly string[]
  readonly dropsAbsoluteRedirect: boolean
}

/**
 * The config as it may be started on sockets of its own: one file, includes spliced in.
 *
 * Shape: only directives of the allow-lists are written; addresses, servers, certificates, files and logs are replaced.
 * What is written is then read again by `confinementProblems`, which knows nothing of this file.
 * Errors: what runs something from outside, what nginx refuses, and what is not known are refusals that name their line.
 */
export function prepareNginx(files: readonly Parsed<NginxTree>[], options: CompileOptions, pools: ReadonlySet<string>): PreparedConfig {
  const expansion = expandIncludes(files, options.unread)
  const { main, http } = contextsOf(expansion)
  const upstreams = named(http, 'upstream')
  const servers = named(http, 'server')
  const count = upstreams.reduce((sum, upstream) => sum + named(childrenOf(upstream), 'server').length, 0)
  const draft: Draft = {
    options, pools, shareOthers: count > mostSockets, refusals: [], replaced: new Set(), listeners: [], servers: [], groups: groupNames(upstreams), addresses: new Map(), added: [], proxyHeaders: proxyHeadersOf(servers), tables: 0,
    usesCertificate: false, usesEmpty: false,
  }
  refuseFaults(draft, files, expansion)
  const encoding = encodingOf(draft, files, expansion)
  for (const directive of main) mainDirective(draft, directive)
  const sockets = socketsOf(draft, servers)
  const place: Place = { sockets, addresses: addressesIn(http), dropsAbsoluteRedirect: false }
  const lines = http.flatMap((directive) => httpLines(draft, directive, place))
  const text = `${[
    ...ownMain, 'http {', ...ownHttp, ...(draft.usesCertificate ? [`ssl_certificate ${certificateName};`, `ssl_certificate_key ${certificateName};`] : []),
    ...(draft.usesEmpty ? [`map "" $${emptyVariable} { default ""; }`] : []), ...draft.added, ...lines, `server { listen unix:${readySocket}; return 204; }`, '}',
  ].join('\n')}\n`
  if (draft.refusals.length === 0) {
    for (const problem of confinementProblems(text)) draft.refusals.push({ reason: `would be started with a line that could reach outside: ${problem}`, at: null })
  }
  if (draft.refusals.length > 0) return { refusals: draft.refusals, replaced: [], files: [], copies: [], certificate: null, ready: readySocket, listeners: [], servers: [] }
  return {
    refusals: [], replaced: [...draft.replaced], files: [{ name: 'nginx.conf', text, encoding }], copies: text.includes('auth_basic_user_file') ? [{ name: passwordFile, path: null }] : [],
    certificate: draft.usesCertificate ? certificateName : null, ready: readySocket, listeners: draft.listeners, servers: draft.shareOthers ? [...draft.servers, { socket: sharedSocket, is: null }] : draft.servers,
  }
}

/** What stands in http, and what stands beside it; a file to be included is taken as if it stood in http. */
function contextsOf({ directives, context }: Expansion): { readonly main: readonly Directive[]; readonly http: readonly Directive[] } {
  if (context === 'http') return { main: [], http: directives }
  return { main: directives.filter((directive) => nameOf(directive) !== 'http'), http: named(directives, 'http').flatMap(childrenOf) }
}

/** A config that nginx does not start with must not be mended on the way. */
function refuseFaults(draft: Draft, files: readonly Parsed<NginxTree>[], expansion: Expansion): void {
  const loaded = new Set(expansion.loaded)
  const parsing = files.filter(({ tree }) => tree.parts !== null || loaded.has(tree.file.path)).flatMap(({ tree }) => parseNginx(tree.file).diagnostics)
  for (const { severity, message, at } of [...parsing, ...expansion.diagnostics, ...diagnoseNginx(expansion)]) {
    if (severity === 'error') draft.refusals.push({ reason: `is one that nginx does not start with: ${message.replace(/^nginx will not start: /, '').replace(/\.$/, '')}`, at })
  }
}

/** One encoding for all files, or words of one would come out as those of another. */
function encodingOf(draft: Draft, files: readonly Parsed<NginxTree>[], expansion: Expansion): TextEncodingName {
  const loaded = new Set(expansion.loaded)
  let found: TextEncodingName = 'utf-8'
  let first = true
  for (const { tree: { file, parts } } of files) {
    if ((parts === null && !loaded.has(file.path)) || /^[\u0001-\u007f]*$/.test(file.text)) continue
    const at = { file: file.path, start: 0, end: 0 }
    if (file.text.includes('\u0000')) draft.refusals.push({ reason: 'holds a byte that nginx ends a word at', at })
    if (file.text.startsWith('\ufeff')) draft.refusals.push({ reason: 'begins with a byte order mark, which nginx takes for a part of the first word', at })
    if (file.encoding !== 'utf-8' && file.encoding !== 'latin-1') draft.refusals.push({ reason: `is stored as ${file.encoding}, which nginx does not read`, at })
    else if (!first && file.encoding !== found) draft.refusals.push({ reason: `is stored as ${file.encoding} and another file as ${found}; they cannot be put into one`, at })
    else found = file.encoding
    first = false
  }
  return found
}

function mainDirective(draft: Draft, directive: Directive): void {
  const name = nameOf(directive)
  if (Object.hasOwn(droppedMain, name)) {
    const sentence = droppedMain[name] ?? null
    if (sentence !== null) note(draft, sentence)
  } else if (name === 'load_module' && knownModules.test(argument(directive, 0))) note(draft, 'Dynamic modules are not loaded.')
  else if (name === 'load_module') refuse(draft, directive, 'loads a module, and code of others is never run')
  else if (!isInert(name, 'main')) refuse(draft, directive, `has the directive ${name}, of which it is not known whether it may be started`)
}

const isInert = (name: string, kind: string): boolean => {
  const facts = factsOf(name).filter((one) => one.kind === kind)
  return facts.length > 0 && facts.every(({ entry }) => entry.state === 'inert')
}

function httpLines(draft: Draft, directive: Directive, place: Place): readonly string[] {
  const name = nameOf(directive)
  if (directive.opaque !== null) {
    refuse(draft, directive, 'holds code in another language, and code of a config is never run')
    return []
  }
  if (name === 'server' && directive.block !== null) return serverLines(draft, directive, place)
  if (name === 'upstream' && directive.block !== null) return upstreamLines(draft, directive)
  if (valueBlocks.has(name) && directive.block !== null) return valueLines(draft, directive)
  if (keptBlocks.has(name) && directive.block !== null) {
    return [`${[name, ...keptArguments(draft, directive)].map(quoted).join(' ')} {`, ...childrenOf(directive).flatMap((child) => httpLines(draft, child, place)).map((line) => `  ${line}`), '}']
  }
  return simpleLine(draft, directive, place)
}

function serverLines(draft: Draft, directive: Directive, place: Place): readonly string[] {
  const namesPorts = place.sockets.namePorts.has(directive)
  const inside = { ...place, dropsAbsoluteRedirect: namesPorts }
  const lines = childrenOf(directive).filter((child) => nameOf(child) !== 'listen').flatMap((child) => httpLines(draft, child, inside))
  return ['server {', ...[...listenLines(draft, directive, place.sockets), ...(namesPorts ? ['absolute_redirect off;'] : []), ...lines].map((line) => `  ${line}`), '}']
}

/** Entries of `map`, `geo` and `split_clients`: the name as it is, the value with its variables. */
function valueLines(draft: Draft, directive: Directive): readonly string[] {
  const isSource = nameOf(directive) !== 'geo' || directive.args.length === 2
  const head = directive.args.map((word, index) => (index === 0 && isSource ? expandedValue(draft, directive, word.value) : word.value))
  const entries = childrenOf(directive).map((entry) => {
    if (entry.block !== null || entry.opaque !== null) refuse(draft, entry, 'opens a block where values stand')
    return `  ${lineOf(entry.name.value, ...entry.args.map((word) => (nameOf(directive) === 'geo' ? word.value : expandedValue(draft, entry, word.value))))}`
  })
  return [`${[nameOf(directive), ...head].map(quoted).join(' ')} {`, ...entries, '}']
}

const one = (line: string | null): readonly string[] => (line === null ? [] : [line])

function simpleLine(draft: Draft, directive: Directive, place: Place): readonly string[] {
  const name = nameOf(directive)
  if (name === 'proxy_pass') return one(proxyPassLine(draft, directive, place.addresses))
  if (name === 'auth_basic_user_file') {
    note(draft, 'Password files are not read: nobody knows a password.')
    return [lineOf(name, passwordFile)]
  }
  if (name === 'ssl') {
    if (argument(directive, 0) === 'on') refuse(draft, directive, 'switches TLS on for all addresses of the server, which is not replaced')
    return []
  }
  if (name === 'absolute_redirect' && place.dropsAbsoluteRedirect) return []
  if (keptDirectives.has(name)) return [lineOf(name, ...keptArguments(draft, directive))]
  if (otherProtocols.test(name) && name.endsWith('_pass')) return one(otherPassLine(draft, directive))
  const known = factsOf(name)
  if (otherProtocols.test(name) && known.length > 0) return []
  const sentence = Object.hasOwn(droppedWith, name) ? droppedWith[name] : undefined
  if (sentence !== undefined) note(draft, sentence)
  else if (known.length === 0 || known.every(({ entry }) => entry.state === 'unsupported')) refuse(draft, directive, `has the directive ${name}, which may run code of others and is never started`)
  else if (!isInert(name, 'http')) refuse(draft, directive, `has the directive ${name}, of which it is not known whether it may be started`)
  return []
}

