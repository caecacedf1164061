import type { Field, Transform, ValueType } from '#shared/model/predicate.ts'

/** Matching methods of `-m`. */
export type MatchMethod = 'found' | 'bool' | 'int' | 'ip' | 'bin' | 'len' | 'str' | 'beg' | 'sub' | 'dir' | 'dom' | 'end' | 'reg' | 'method'

/** What a fetch looks at; decides where it can be used and what opaque conditions depend on. */
export type FetchLevel = 'constant' | 'connection' | 'hello' | 'request' | 'state'

export interface FetchValue {
  readonly field: Field
  readonly transforms: readonly Transform[]
  readonly type: ValueType
  /** Which instance counts when the value stands alone. */
  readonly single: 'first' | 'last'
  readonly level: FetchLevel
  /** Matching method that the name of the fetch implies. */
  readonly implied: MatchMethod | null
}

type Build = (args: readonly string[]) => Omit<FetchValue, 'implied'> | null

const none: readonly Transform[] = []
/** The `*_val` fetches read an empty value as 0, where a conversion of an empty text gives nothing (measured on 2.6). */
const toInteger: readonly Transform[] = [{ kind: 'regsub', pattern: '^$', replacement: '0', ignoreCase: false, global: false }, { kind: 'cast', to: 'integer' }]
/** An IPv4 address may be followed by a port. */
const headerToIp: readonly Transform[] = [
  { kind: 'regsub', pattern: '^([0-9]{1,3}(?:[.][0-9]{1,3}){3}):[0-9]{1,5}$', replacement: '\\1', ignoreCase: false, global: false }, { kind: 'cast', to: 'ip' },
]

function plain(field: Field, type: ValueType, level: FetchLevel = 'request', transforms: readonly Transform[] = none): Build {
  const value = { field, transforms, type, single: 'last' as const, level }
  return () => value
}

function header(split: 'comma' | 'line', type: ValueType = 'string', transforms: readonly Transform[] = none): Build {
  return (args) => {
    const name = args[0]
    if (name === undefined || name === '') return null
    const written = args[1]
    const occurrence = written === undefined || written === '' ? null : Number(written)
    if (occurrence !== null && !Number.isInteger(occurrence)) return null
    const counted = occurrence === 0 ? null : occurrence
    return { field: { kind: 'header', name: name.toLowerCase(), split, occurrence: counted }, transforms, type, single: 'last', level: 'request' }
  }
}

function headerCount(split: 'comma' | 'line'): Build {
  return (args) => args[0] === undefined || args[0] === '' ? null
    : { field: { kind: 'header-count', name: args[0].toLowerCase(), split }, transforms: none, type: 'integer', single: 'last', level: 'request' }
}

function cookie(type: ValueType, transforms: readonly Transform[]): Build {
  return (args) => args[0] === undefined || args[0] === '' ? null
    : { field: { kind: 'cookie', name: args[0] }, transforms, type, single: 'last', level: 'request' }
}

function queryParameter(type: ValueType, transforms: readonly Transform[]): Build {
  return (args) => args[0] === undefined || args[0] === '' || (args[2] !== undefined && args[2] !== '') ? null
    : { field: { kind: 'query-parameter', name: args[0], delimiter: args[1] === undefined || args[1] === '' ? '?' : args[1].charAt(0) }, transforms, type, single: 'first', level: 'request' }
}

function constant(type: ValueType, accepts: RegExp | null): Build {
  return (args) => {
    const value = args[0]
    if (value === undefined) return type === 'string' ? { field: { kind: 'constant', value: '' }, transforms: none, type, single: 'last', level: 'constant' } : null
    if (accepts !== null && !accepts.test(value)) return null
    const text = type === 'boolean' ? (/^(?:true|1|yes|on)$/i.test(value) ? '1' : '0') : value
    return { field: { kind: 'constant', value: text }, transforms: type === 'string' || type === 'method' ? none : [{ kind: 'cast', to: type }], type, single: 'last', level: 'constant' }
  }
}

const truth = (value: '0' | '1'): Build => plain({ kind: 'constant', value }, 'boolean', 'constant', [{ kind: 'cast', to: 'boolean' }])
const presence: readonly Transform[] = [{ kind: 'length' }, { kind: 'arithmetic', operator: 'bool', operand: null }]

const fetches = new Map<string, { readonly build: Build; readonly implied: MatchMethod | null }>()

function add(names: readonly string[], build: Build): void {
  for (const name of names) fetches.set(name, { build, implied: null })
}

const suffixes: readonly (readonly [string, MatchMethod])[] = [
  ['_beg', 'beg'], ['_dir', 'dir'], ['_dom', 'dom'], ['_end', 'end'], ['_len', 'len'], ['_reg', 'reg'], ['_sub', 'sub'],
]

/** The fetch under its own name and under each name with a matching method in it. */
function addWithSuffixes(names: readonly string[], build: Build): void {
  for (const name of names) {
    fetches.set(name, { build, implied: null })
    for (const [suffix, implied] of suffixes) fetches.set(name + suffix, { build, implied })
  }
}

addWithSuffixes(['path'], plain({ kind: 'path' }, 'string'))
addWithSuffixes(['url'], plain({ kind: 'target' }, 'string'))
addWithSuffixes(['base'], plain({ kind: 'base' }, 'string'))
addWithSuffixes(['hdr'], header('comma'))
addWithSuffixes(['cook'], cookie('string', none))
addWithSuffixes(['urlp', 'url_param'], queryParameter('string', none))
add(['req.hdr'], header('comma'))
add(['req.fhdr'], header('line'))
add(['hdr_cnt', 'req.hdr_cnt'], headerCount('comma'))
add(['req.fhdr_cnt'], headerCount('line'))
add(['hdr_val', 'req.hdr_val'], header('comma', 'integer', toInteger))
add(['hdr_ip', 'req.hdr_ip'], header('comma', 'ip', headerToIp))
add(['req.cook', 'cookie'], cookie('string', none))
add(['cook_val', 'req.cook_val'], cookie('integer', toInteger))
add(['urlp_val', 'url_param_val'], queryParameter('integer', toInteger))
add(['query'], plain({ kind: 'query' }, 'string'))
add(['pathq'], plain({ kind: 'path-and-query' }, 'string'))
add(['method'], plain({ kind: 'method' }, 'method'))
add(['req.ver', 'req_ver'], plain({ kind: 'http-version' }, 'string'))
add(['fc_http_major'], plain({ kind: 'http-version' }, 'integer', 'request', [{ kind: 'field', index: 1, delimiters: '.', count: 1 }, { kind: 'cast', to: 'integer' }]))
add(['req.proto_http', 'req_proto_http'], plain({ kind: 'method' }, 'boolean', 'request', presence))
add(['src', 'fc_src'], plain({ kind: 'source-ip' }, 'ip', 'connection'))
add(['src_port', 'fc_src_port'], plain({ kind: 'source-port' }, 'integer', 'connection'))
add(['dst', 'fc_dst'], plain({ kind: 'local-ip' }, 'ip', 'connection'))
add(['dst_port', 'fc_dst_port'], plain({ kind: 'local-port' }, 'integer', 'connection'))
add(['fe_name'], plain({ kind: 'entry-name' }, 'string', 'connection'))
add(['so_name'], plain({ kind: 'listener-name' }, 'string', 'connection'))
add(['so_id'], plain({ kind: 'listener-id' }, 'integer', 'connection'))
add(['ssl_fc'], plain({ kind: 'tls' }, 'boolean', 'connection'))
addWithSuffixes(['ssl_fc_sni'], plain({ kind: 'sni', seen: 'terminated' }, 'string', 'connection'))
add(['ssl_fc_has_sni'], plain({ kind: 'sni', seen: 'terminated' }, 'boolean', 'connection', presence))
add(['ssl_fc_alpn'], plain({ kind: 'alpn', seen: 'terminated' }, 'string', 'connection'))
add(['req.ssl_sni', 'req_ssl_sni'], plain({ kind: 'sni', seen: 'peeked' }, 'string', 'hello'))
add(['req.ssl_alpn'], plain({ kind: 'alpn', seen: 'peeked' }, 'string', 'hello'))
add(['req.ssl_hello_type', 'req_ssl_hello_type'], plain({ kind: 'tls-hello-type' }, 'integer', 'hello'))
add(['capture.req.uri'], plain({ kind: 'variable', name: 'capture.req.uri' }, 'string'))
add(['always_true'], truth('1'))
add(['always_false'], truth('0'))
add(['wait_end'], truth('1'))
add(['str'], constant('string', null))
add(['int'], constant('integer', /^[+-]?\d{1,15}$/))
add(['bool'], constant('boolean', null))
add(['meth'], constant('method', null))
add(['ipv4', 'ipv6'], constant('ip', null))
add(['var'], (args) => args[0] === undefined || args[0] === '' || args.length > 1 ? null
  : { field: { kind: 'variable', name: args[0] }, transforms: none, type: 'string', single: 'last', level: 'request' })

/** Fetches whose value is live state: counters, health, time, chance, the process. */
const stateNames: ReadonlySet<string> = new Set([
  'act_conn', 'avg_queue', 'connslots', 'date', 'date_us', 'hostname', 'nbsrv', 'nbproc', 'nbthread', 'pid', 'proc', 'queue', 'quic_enabled', 'rand', 'stopping', 'thread', 'txn.conn_retries', 'uptime', 'uuid',
  'unique-id', 'accept_date', 'request_date', 'acl', 'status', 'server_status', 'retries', 'dst_conn', 'so_conn', 'conn_rate',
])
const stateStarts: readonly string[] = [
  'be_', 'bc_', 'bytes_', 'cpu_', 'fc_', 'fe_', 'internal.', 'last_rule_', 'lat_ns_', 'prio_', 'res.', 'sc_', 'sc0_', 'sc1_', 'sc2_', 'scook', 'sess_', 'shdr', 'src_', 'srv_', 'table_', 'tot_', 'txn.timer', 'wait_',
]
/** Facts of the connection that start like a counter. */
const notState: ReadonlySet<string> = new Set(['fe_name', 'fe_defbe', 'fc_src', 'fc_src_port', 'fc_dst', 'fc_dst_port', 'fc_http_major', 'src_port', 'src_is_local', 'be_name'])

function isStateName(name: string): boolean {
  return stateNames.has(name) || (!notState.has(name) && stateStarts.some((start) => name.startsWith(start)))
}

/** Bytes of the connection, which depend on what has arrived. */
const payloadNames = /^(?:req\.(?:len|payload|payload_lv|rdp_cookie|rdp_cookie_cnt|ssl_.*)|req_len|req_ssl_.*|payload|payload_lv|rdp_cookie.*|req_rdp_cookie.*|mqtt\..*)$/

/** Null: the fetch is not modelled, or not with these arguments. */
export function buildFetch(name: string, args: readonly string[]): FetchValue | null {
  const entry = fetches.get(name)
  if (entry === undefined) return null
  const value = entry.build(args)
  return value === null ? null : { ...value, implied: entry.implied }
}

/** What a fetch that is not modelled looks at. */
export function levelOfUnmodelled(name: string): FetchLevel {
  if (payloadNames.test(name)) return 'hello'
  return isStateName(name) ? 'state' : 'request'
}

/** Type of fetches that are not modelled, for the matcher they default to. */
export function typeOfUnmodelled(name: string): ValueType {
  return /(?:_cnt|_rate|_conn|nbsrv|queue|rand|date|connslots|_id|_port|_val|_ns|_len|req\.len|gpc\d|gpt\d|kbytes.*|_weight|_sess)$/.test(name) ? 'integer' : /(?:_is_|^stopping$|auth)/.test(name) ? 'boolean' : 'string'
}
