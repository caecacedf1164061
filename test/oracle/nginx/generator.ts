import type { RequestInput } from '#shared/model/request.ts'
import type { ServerPorts } from '../haproxy/compare.ts'
import { seededRandom, type Random } from '../haproxy/random.ts'
import { withFrame } from './harness.ts'
import { lookupConditions, lookupHeaders, lookups, lookupTargets } from './lookups.ts'
import { randomRequests } from './requests.ts'

export interface Generated {
  readonly seed: number
  readonly config: string
  readonly servers: ServerPorts
  readonly requests: readonly RequestInput[]
}

export interface GeneratorOptions {
  readonly seed: number
  readonly requests: number
  readonly bindHost: string
  /** Ports the config may bind; two are used. */
  readonly bindPorts: readonly number[]
  /** Ports of running stub servers; twelve are used. */
  readonly stubPorts: readonly number[]
  readonly count: (construct: string) => void
}

interface Context {
  readonly random: Random
  readonly count: (construct: string) => void
  readonly options: GeneratorOptions
  /** Texts of locations and patterns, to aim requests at. */
  readonly aims: string[]
  readonly hosts: string[]
  /** Names of locations that rules of this server may go to. */
  named: string[]
  /** The server at hand sets `$up`. */
  variable: boolean
}

const groups = ['app', 'Media', 'auth_1', 'static']
const prefixes = ['/', '/a', '/a/', '/a/b', '/a/b/', '/api', '/api/', '/api/v1/', '/img/', '/img/fast', '/sp ace/', '/x', '/old/', '/new/', '/u/']
const patterns = ['\\.(png|jpg)$', '^/a', '/b/', '^/u/(\\d+)$', '^/api/(v\\d)/(.*)$', 'x$', '^/(?<part>[^/]+)/z', '^/img', '(?i)never', '^/old/(.*)', '\\.php']
const names = ['a.test', 'www.a.test', '*.a.test', '.b.test', 'www.*', '~^w(\\d+)\\.test$', '_', '""', 'c.test', '*.sub.a.test', '~^(?<sub>.+)\\.d\\.test$', 'A.Test2', 'api.*', '~^[A-Z]+\\.e$']

/** One random config with requests aimed at its borders. Equal options give equal results. */
export function generateConfig(options: GeneratorOptions): Generated {
  const random = seededRandom(options.seed)
  const context: Context = { random, count: options.count, options, aims: [], hosts: [], named: [], variable: false }
  const servers = new Map<number, { readonly pool: string; readonly server: string }>()
  const lines: string[] = []
  for (const [index, group] of groups.entries()) {
    const ports = options.stubPorts.slice(index * 2, index * 2 + 2)
    const extra = random.pick(['', '', ' weight=3', ' max_fails=0'])
    const method = random.pick(['', '', 'ip_hash; ', 'least_conn; ', 'hash $uri; ', 'random; '])
    const last = random.pick(['', '', ' down', ...(method === '' || method === 'least_conn; ' ? [' backup'] : [])])
    for (const what of [extra, method, last]) if (what.trim() !== '') options.count(`upstream ${what.trim().replace(/[;=].*/, '')}`)
    lines.push(`upstream ${group} { ${method}server 127.0.0.1:${ports[0] ?? 0}${extra}; server 127.0.0.1:${ports[1] ?? 0}${last}; }`)
    for (const port of ports) servers.set(port, { pool: group.toLowerCase(), server: `127.0.0.1:${port}` })
  }
  for (const port of options.stubPorts.slice(8, 12)) servers.set(port, { pool: `127.0.0.1:${port}`, server: `127.0.0.1:${port}` })
  lines.push(...maps(context), ...lookups(context))
  if (random.chance(0.2)) lines.push(`proxy_set_header Host ${random.pick(['$host', '$http_host', 'fixed.test'])};`)
  const taken = new Set<string>()
  const serverCount = 1 + random.int(4)
  for (let index = 0; index < serverCount; index += 1) lines.push(...server(context, index, taken))
  return { seed: options.seed, config: withFrame(lines.join('\n')), servers, requests: randomRequests(random, options.requests, { ...options, aims: context.aims, hosts: context.hosts }) }
}

function maps({ random, count }: Context): readonly string[] {
  const lines: string[] = []
  count('map')
  lines.push(`map $http_x_v $be { ${random.chance(0.7) ? 'default app; ' : ''}v2 media; V3 auth_1; ~^s\\d static; ~*^T nosuch; }`)
  lines.push(`map $host $zone { ${random.chance(0.8) ? 'hostnames; ' : ''}default z0; .a.test z1; *.b.test z2; www.* z3; c.test z4; ~^w z5; }`)
  lines.push(`map $zone $zoned { z1 app; z2 media; default static; }`)
  lines.push('geo $near { default far; 127.0.0.0/8 near; 127.0.0.2 two; }')
  return lines
}

function server(context: Context, index: number, taken: Set<string>): readonly string[] {
  const { random, count, options } = context
  const [port = 0, second = 0] = options.bindPorts
  const own = random.some(names, random.int(3)).filter((name) => !taken.has(name))
  for (const name of own) {
    taken.add(name)
    count(`server_name ${name.startsWith('~') ? 'regex' : name.startsWith('*') || name.startsWith('.') ? 'leading wildcard' : name.endsWith('*') ? 'trailing wildcard' : 'exact'}`)
  }
  context.hosts.push(...own)
  const lines = [`server { listen ${options.bindHost}:${index === 0 || random.chance(0.8) ? port : second};`]
  if (index === 0) lines.push(`listen ${options.bindHost}:${second};`)
  if (own.length > 0) lines.push(`server_name ${own.map((name) => (/[{}]/.test(name) ? `"${name}"` : name)).join(' ')};`)
  context.named = random.chance(0.4) ? ['@fb'] : []
  if (random.chance(0.2)) {
    count('error_page')
    lines.push(random.pick(['error_page 404 /new/err;', 'error_page 403 = /a/x;', 'error_page 404 =200 /api/e?k=1;', ...(context.named.length > 0 ? ['error_page 404 403 = @fb;'] : [])]))
  }
  if (random.chance(0.1)) lines.push(pick(context, ['recursive_error_pages on;', 'port_in_redirect off;', 'server_name_in_redirect on;'], 'server setting'))
  if (random.chance(0.2)) lines.push(pick(context, [`set $up ${random.pick(groups)};`, `set $up 127.0.0.1:${random.pick(options.stubPorts.slice(8, 12))};`, 'set $up nobody;'], 'group in a variable'))
  const rules = random.chance(0.3) ? 1 + random.int(2) : 0
  for (let number = 0; number < rules; number += 1) lines.push(pick(context, ['rewrite ^/old/(.*)$ /new/$1 last;', 'rewrite ^/u/(.*)$ /a/$1;', 'rewrite ^/x(.*)$ /a/b$1 break;', 'if ($http_x_deny) { return 403; }', 'set $srv 1;', 'if ($arg_k = w) { rewrite ^ /img/fast last; }', 'if ($host = zzz) { return 301 https://a.test$request_uri; }', 'rewrite ^/img/(.*)$ /img/$1/x;', 'rewrite ^/(api)/(.*)$ /$2?from=$1;', 'rewrite ^/x/(.*) /b/$1 redirect;', 'if ($uri ~ ^/u/(?<uid>\\d+)$) { set $srv $uid; rewrite ^ /a/$uid; }', 'set $args z=1;', 'rewrite ^/b /a/b;'], 'server rule'))
  context.variable = lines.some((line) => line.startsWith('set $up'))
  const used = new Set<string>()
  const count2 = 1 + random.int(6)
  for (let number = 0; number < count2; number += 1) lines.push(...location(context, used, ''))
  if (!used.has('/') && (lines.some((line) => line.startsWith('error_page')) || random.chance(0.97))) lines.push(`location / { ${pass(context, true, false)} }`)
  if (context.named.length > 0) lines.push(`location @fb { ${pass(context, false, true)} }`)
  lines.push('}')
  return lines
}

function pick({ random, count }: Context, texts: readonly string[], construct: string): string {
  const text = random.pick(texts)
  count(`${construct}: ${text.split(/[ (;]/, 1)[0] ?? ''}`)
  return text
}

function location(context: Context, used: Set<string>, within: string): readonly string[] {
  const { random, count, aims } = context
  const kind = random.pick(['prefix', 'prefix', 'prefix', 'exact', 'stop', 'regex', 'regex', 'iregex'])
  if (kind === 'regex' || kind === 'iregex') {
    const pattern = random.pick(patterns)
    aims.push(pattern)
    count(`location ${kind}`)
    const nested = within === '' && random.chance(0.08) ? [`location ~ "${random.pick(['b', '1', 'z$'])}" { ${body(context, 'regex')} }`] : []
    if (nested.length > 0) count('location nested in a pattern')
    return [`location ${kind === 'regex' ? '~' : '~*'} "${pattern}" { ${nested.join(' ')} ${body(context, 'regex')} }`]
  }
  const text = within + (within === '' ? random.pick(prefixes) : random.pick(['b', 'b/', 'v1/', 'x', '/']))
  const key = `${kind === 'exact' ? '=' : ''}${text}`
  if (used.has(key)) return []
  used.add(key)
  aims.push(text)
  count(`location ${kind}`)
  const inner: string[] = []
  if (within === '' && kind !== 'exact' && random.chance(0.2)) {
    count('location nested')
    const usedInside = new Set<string>()
    for (let number = 0; number < 1 + random.int(2); number += 1) inner.push(...location(context, usedInside, text))
  }
  return [`location ${kind === 'exact' ? '= ' : kind === 'stop' ? '^~ ' : ''}"${text}" { ${inner.join(' ')} ${body(context, 'prefix')} }`]
}

function body(context: Context, kind: 'prefix' | 'regex'): string {
  const { random, count } = context
  const parts: string[] = []
  if (random.chance(0.12)) parts.push(pick(context, ['set $v "$request_method-$arg_k";', 'set $v $host;', 'set $srv "x$uri";'], 'set'))
  if (random.chance(0.15)) parts.push(condition(context), random.chance(0.25) ? condition(context) : '')
  if (random.chance(0.15)) parts.push(pick(context, ['rewrite ^/a/(.*)$ /new/$1 last;', 'rewrite ^/(.*)x$ /$1 break;', 'rewrite ^/old/(.*) /img/$1?was=$uri last;', 'rewrite /b /a? break;', 'rewrite ^/(api)/ /x/$1 redirect;', 'rewrite ^/u/(.*)$ https://z.test/$1 permanent;', 'rewrite ^/img/(.*)$ /img/x$1 last;', 'rewrite ^/u/(\\d+)$ /a/$1;'], 'rewrite'))
  if (random.chance(0.03)) {
    count('auth_basic')
    parts.push(`auth_basic in; auth_basic_user_file none;${random.pick(['', ' satisfy any; allow 127.0.0.2; deny all;'])}`)
  }
  if (random.chance(0.05)) {
    count('access')
    parts.push(random.pick(['deny all;', 'deny 127.0.0.2; allow all;', 'allow 127.0.0.2; deny all;']))
  }
  if (random.chance(0.04)) {
    count('internal')
    parts.push('internal;')
  }
  if (random.chance(0.05)) {
    count('limit_except')
    parts.push('limit_except GET { deny all; }')
  }
  if (random.chance(0.06)) {
    count('error_page in a location')
    parts.push(random.pick(['error_page 404 /api/e;', 'error_page 403 =404 /x;', 'error_page 404 https://z.test/gone;']))
  }
  parts.push(handler(context, kind))
  return parts.join(' ')
}

function condition(context: Context): string {
  const { random } = context
  const when = random.pick(['$arg_k', '$request_method = POST', '$http_x_v ~ ^v(\\d)', '$host = a.test', '$uri ~* B', '$args !~ q', '$cookie_c = 1', '$request_uri ~ //', '$scheme = http', '$near = two', '$zone != z1', '$http_host ~ :', ...lookupConditions])
  const then = random.pick(['return 402;', 'return 200 ok;', 'set $v i;', 'rewrite ^ /new/i last;', 'return 302 /moved;', `proxy_pass http://${random.pick(groups)};`, `set $v p; proxy_pass http://${random.pick(groups)};`, 'rewrite ^/(.*)$ /$1/i break;', 'error_page 404 /a/x; return 404;', 'set $v j; set $srv k;', 'break;'])
  context.count(`if ${then.split(/[ ;]/, 1)[0] ?? ''}`)
  return `if (${/[{}]/.test(when) ? `"${when}"` : when}) { ${then} }`
}

function handler(context: Context, kind: 'prefix' | 'regex'): string {
  const { random, count } = context
  if (random.chance(0.62)) return pass(context, kind === 'prefix', false)
  const text = random.pick(['return 404;', 'return 200 "hello";', 'return 301 /a/moved;', 'return 302 https://$host$request_uri;', 'return 301 $scheme://z.test$uri;', 'return 403 no;', 'return 444;', 'return http://z.test/x$is_args$args;', 'return 307 $arg_k;', ...(random.chance(0.04) ? ['', 'try_files /nofile =404;'] : []), ...(context.named.length > 0 ? [...(random.chance(0.04) ? ['try_files /nofile @fb;'] : []), 'error_page 410 = @fb; return 410;'] : []), 'return 204;', 'return 405;'])
  count(text === '' ? 'static' : `handler ${text.split(' ', 1)[0] ?? ''}`)
  return text
}

function pass(context: Context, withUri: boolean, isNamed: boolean): string {
  const { random, count, options } = context
  const target = random.pick([...groups, `127.0.0.1:${random.pick(options.stubPorts.slice(8, 12))}`])
  const headers = random.chance(0.2) ? random.pick(['proxy_set_header Host $host;', 'proxy_set_header Host $http_host;', 'proxy_set_header X-Real-IP $remote_addr;', 'proxy_set_header Host "h.$proxy_host";', 'proxy_set_header Host $zone;', ...lookupHeaders]) : ''
  if (headers !== '') count('proxy_set_header')
  const uri = random.pick(['/', '/base', '/base/', '/q?x=1'])
  const variable = random.pick(['http://$be', 'http://$be/fixed', `http://${target}$request_uri`, `http://${target}/v$uri$is_args$args`, 'http://$zoned', ...lookupTargets, `http://${target}/$arg_k`])
  const choice = context.variable && random.chance(0.25) ? random.pick(['http://$up', 'http://$up/fix', 'http://$up$request_uri', 'http://$up$uri']) : random.chance(0.2) && !isNamed ? variable : `http://${target}${withUri && random.chance(0.45) ? uri : ''}`
  count(choice.includes('$') ? 'proxy_pass with variables' : choice.slice(7).includes('/') ? 'proxy_pass with URI' : 'proxy_pass')
  return `${headers} proxy_pass ${choice};`
}
