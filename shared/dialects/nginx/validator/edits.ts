import { parseIp } from '#shared/requests/ip.ts'
import type { FilePath, Span } from '#shared/text/span.ts'
import { targetOf } from '../compile/passes.ts'
import { argument, childrenOf, nameOf } from '../compile/words.ts'
import { listenAddress } from '../listen.ts'
import { quoted } from '../quoted.ts'
import { nginxSupport } from '../support.ts'
import type { Directive, Word } from '../tree.ts'

/** Changes of the copies that are handed to `nginx -t`; lines stay where they are. */
export interface Edits {
  /** File → offset → what stands there instead. */
  readonly byFile: Map<FilePath, Map<number, { readonly end: number; readonly text: string }>>
  readonly replaced: Set<string>
  /** Address as written → socket. */
  readonly sockets: Map<string, { readonly socket: string; readonly written: string }>
  readonly folders: Map<string, string>
  readonly groups: ReadonlySet<string>
  usesCertificate: boolean
  hasPid: boolean
}

export type Context = 'main' | 'http' | 'stream' | 'mail' | 'server' | 'stream server' | 'upstream' | 'other'

export const certificateName = 'cert.pem'
/** Folders that nginx makes when it reads a config that does not name them. */
const temporary = ['client_body_temp_path', 'proxy_temp_path', 'fastcgi_temp_path', 'uwsgi_temp_path', 'scgi_temp_path'] as const

const notes = {
  listen: 'No address is listened on: addresses are replaced by sockets in a folder of the run.', logs: 'No log is opened.', files: 'The process file, the lock file, temporary folders and caches stand in a folder of the run.',
  names: 'Host names are not looked up: where one stands, an address of this machine is tried.', certificates: 'Certificates, keys and the files around them are not opened: a self-made one stands for all.', user: 'Whether the user exists is not checked.',
} as const

export function replaceAt(edits: Edits, span: Span, text: string): void {
  const file = edits.byFile.get(span.file) ?? new Map<number, { readonly end: number; readonly text: string }>()
  edits.byFile.set(span.file, file)
  if (!file.has(span.start)) file.set(span.start, { end: span.end, text })
}

function replaceWord(edits: Edits, word: Word | undefined, value: string, note: string): void {
  if (word === undefined || word.value === value) return
  replaceAt(edits, word.span, keepingLines(word.raw, quoted(value)))
  edits.replaced.add(note)
}

const keepingLines = (old: string, text: string): string => text + '\n'.repeat(old.split('\n').length - 1)

/** The directive is read over; it keeps its lines. */
function blank(edits: Edits, directive: Directive, text: string, note: string): void {
  replaceAt(edits, directive.span, '\n'.repeat(text.split('\n').length - 1))
  edits.replaced.add(note)
}

const certificates = /(?:^|_)ssl_(?:certificate|certificate_key|trusted_certificate|client_certificate)$/
const besideCertificates = /(?:^|_)ssl_(?:crl|dhparam|password_file|session_ticket_key|stapling|stapling_file|stapling_responder|stapling_verify|ocsp_responder|engine|key_log)$/
const passes = /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass$/
const cachePaths = /^(?:proxy|fastcgi|uwsgi|scgi)_cache_path$/
const temporaryPath = /_temp_path$/

/** `textOf`: what stands at a span. */
export function collectEdits(edits: Edits, directives: readonly Directive[], context: Context, textOf: (span: Span) => string): void {
  for (const directive of directives) {
    const name = nameOf(directive)
    if (directive.block !== null) {
      const inside = insideOf(name, context)
      if (inside === null) continue
      if (inside === 'http') addTemporaryFolders(edits, directive)
      if (name === 'server' && inside === 'server' && !childrenOf(directive).some((child) => nameOf(child) === 'listen')) insert(edits, directive, ` listen unix:${socketFor(edits, '80')};`)
      collectEdits(edits, childrenOf(directive), inside, textOf)
    } else editLine(edits, directive, name, context, textOf)
  }
}

/** Null: what stands inside are values. */
function insideOf(name: string, context: Context): Context | null {
  if (['map', 'geo', 'types', 'split_clients', 'charset_map'].includes(name)) return null
  if (name === 'http' || name === 'stream' || name === 'mail') return name
  if (name === 'upstream') return 'upstream'
  if (name === 'server') return context === 'http' ? 'server' : context === 'stream' ? 'stream server' : 'other'
  return context === 'server' ? 'server' : 'other'
}

function insert(edits: Edits, directive: Directive, text: string): void {
  const open = directive.block?.open
  if (open !== undefined) replaceAt(edits, { file: open.file, start: open.start, end: open.end }, `{${text}`)
}

function addTemporaryFolders(edits: Edits, http: Directive): void {
  const named = new Set(childrenOf(http).map(nameOf))
  insert(edits, http, temporary.flatMap((name, index) => (named.has(name) ? [] : [` ${name} t${index};`])).join(''))
}

/** Socket for an address; equal addresses have the same one, so that nginx still sees what is claimed twice. */
function socketFor(edits: Edits, written: string): string {
  const key = listenAddress(written)?.key ?? written
  const known = edits.sockets.get(key)
  if (known !== undefined) return known.socket
  const socket = `l${edits.sockets.size}`
  edits.sockets.set(key, { socket, written })
  return socket
}

function editLine(edits: Edits, directive: Directive, name: string, context: Context, textOf: (span: Span) => string): void {
  const [first] = directive.args
  const value = argument(directive, 0)
  if (name === 'listen' && first !== undefined) editListen(edits, directive, first)
  else if (name === 'access_log' && value !== 'off') replaceWord(edits, first, '/dev/null', notes.logs)
  else if (name === 'error_log' && !/^(?:stderr$|memory:)/.test(value)) replaceWord(edits, first, '/dev/null', notes.logs)
  else if (name === 'pid') {
    edits.hasPid = true
    replaceWord(edits, first, 'nginx.pid', notes.files)
  } else if (name === 'lock_file') replaceWord(edits, first, 'nginx.lock', notes.files)
  else if (temporaryPath.test(name) || cachePaths.test(name)) replaceWord(edits, first, folderFor(edits, value), notes.files)
  else if (name === 'user') blank(edits, directive, textOf(directive.span), notes.user)
  else if (name === 'google_perftools_profiles') blank(edits, directive, textOf(directive.span), notes.files)
  else if (besideCertificates.test(name)) blank(edits, directive, textOf(directive.span), notes.certificates)
  else if (certificates.test(name) && !value.includes('$')) {
    edits.usesCertificate = true
    replaceWord(edits, first, certificateName, notes.certificates)
  } else if (name === 'resolver') for (const word of directive.args) if (!/^(?:valid|ipv4|ipv6|status_zone)=/.test(word.value)) replaceHost(edits, word, word.value)
  if (name === 'server' && context === 'upstream' && first !== undefined) replaceHost(edits, first, value)
  else if ((name === 'set_real_ip_from' || name === 'debug_connection') && first !== undefined) replaceHost(edits, first, value)
  else if (passes.test(name) && first !== undefined) editPass(edits, first, value, context)
}

/** Options of `listen` that mean nothing on a socket. */
const ofAddresses = /^(?:ipv6only|setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|so_keepalive)=|^(?:bind|deferred|reuseport|quic|udp)$/

function editListen(edits: Edits, directive: Directive, first: Word): void {
  replaceWord(edits, first, `unix:${socketFor(edits, first.value + (directive.args.some((word) => word.value === 'quic' || word.value === 'udp') ? ' datagrams' : ''))}`, notes.listen)
  for (const word of directive.args.slice(1)) {
    if (ofAddresses.test(word.value) && nginxSupport.entries.has(`listen-option ${word.value.split('=')[0] ?? ''}`)) replaceAt(edits, word.span, keepingLines(word.raw, ''))
  }
}

function folderFor(edits: Edits, path: string): string {
  const known = edits.folders.get(path) ?? `d${edits.folders.size}`
  edits.folders.set(path, known)
  return known
}

/** A host name, or an address with a port: names become an address of this machine. */
function replaceHost(edits: Edits, word: Word, text: string): void {
  const replacement = withoutName(text)
  if (replacement !== null) replaceWord(edits, word, replacement, notes.names)
}

/** Null: no name stands there. */
function withoutName(text: string): string | null {
  if (text.startsWith('unix:') || text.startsWith('[') || text.includes('$')) return null
  const match = /^([^:/]*)(:.*|\/\d+)?$/.exec(text)
  const host = match?.[1] ?? ''
  return match === null || host === '' || parseIp(host) !== null ? null : `127.0.0.1${match[2] ?? ''}`
}

function editPass(edits: Edits, word: Word, text: string, context: Context): void {
  const target = context.startsWith('stream') ? null : targetOf(text)
  const host = target?.host ?? text
  const scheme = target === null ? '' : `${target.protocol}://`
  if (edits.groups.has(host.toLowerCase()) || (target === null && /[/$]/.test(text))) return
  const replacement = withoutName(host)
  if (replacement !== null) replaceWord(edits, word, `${scheme}${replacement}${target?.uri ?? ''}`, notes.names)
}
