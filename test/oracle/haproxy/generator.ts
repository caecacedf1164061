import { hostNames, randomCondition, randomPath, type AclNames, type ConditionContext, type Counter, type Targets } from './conditions.ts'
import type { ServerPorts } from './compare.ts'
import { seededRandom, type Random } from './random.ts'
import { randomRequests, type AimedRequest } from './requests.ts'

export interface Generated {
  readonly seed: number
  readonly config: string
  /** Path as the config writes it → text. */
  readonly sideFiles: ReadonlyMap<string, string>
  readonly servers: ServerPorts
  readonly requests: readonly AimedRequest[]
}

export interface GeneratorOptions {
  readonly seed: number
  readonly requests: number
  /** Address the config binds. */
  readonly bindHost: string
  /** Ports the config may bind; three are used. */
  readonly bindPorts: readonly number[]
  /** Ports of running stub servers; twelve are used. */
  readonly stubPorts: readonly number[]
  readonly folder: string
  readonly count: Counter
}

/** One random config with requests aimed at its boundaries. Equal options give equal results. */
export function generateConfig(options: GeneratorOptions): Generated {
  const random = seededRandom(options.seed)
  const sideFiles = new Map<string, string>()
  const servers = new Map<number, { readonly pool: string; readonly server: string }>()
  const targets: Targets = { paths: [], hosts: [], headers: [], cookies: [], parameters: [] }
  const addFile = (extension: 'map' | 'lst', text: string): string => {
    const file = `${options.folder}/side${sideFiles.size}.${extension}`
    sideFiles.set(file, text)
    return file
  }
  const [port = 0, secondPort = 0, thirdPort = 0] = options.bindPorts
  const context: ConditionContext & { variables: string[] } = { random, count: options.count, targets, addFile, ports: [port, secondPort], variables: [] }
  const pools = ['b1', 'b2', 'b3', 'b4', 'b5']
  const settings = ['  mode http', '  timeout connect 2s', '  timeout client 5s', '  timeout server 5s', '  timeout tarpit 20ms', '  retries 0']
  const lines: string[] = ['global', '  expose-experimental-directives', '  maxconn 200']
  const kind = random.chance(0.2) ? 'listen' : 'frontend'
  const usesNamedDefaults = kind === 'frontend' && random.chance(0.25)
  if (usesNamedDefaults) {
    options.count('rules in named defaults')
    const names: AclNames = { declared: [] }
    lines.push('', 'defaults fe', ...settings)
    for (const line of httpRules(context, names, 1 + random.int(2), false)) lines.push(`  ${line}`)
    context.variables = []
  }
  lines.push('', 'defaults', ...settings)
  if (kind === 'listen') options.count('listen')
  const front = kind === 'listen' ? 'own' : 'web'
  lines.push('', `${kind} ${front}${usesNamedDefaults ? ' from fe' : ''}`)
  lines.push(`  bind ${options.bindHost}:${port}`, `  bind ${options.bindHost}:${secondPort} name second`)
  for (const line of frontRules(context, pools, kind)) lines.push(`  ${line}`)
  if (kind === 'listen' && random.chance(0.85)) {
    lines.push(...serverLines(context, options, servers, 'own', 2, options.stubPorts.slice(10, 12)))
  } else if (kind === 'listen') options.count('listen without servers')

  // A second frontend on another port, so that the choice of listener counts.
  lines.push('', 'frontend other', `  bind ${options.bindHost}:${thirdPort}`, ...(random.chance(0.5) ? [`  use_backend ${random.pick(pools)} if { path_beg /a }`] : []), '  default_backend b1')

  let stub = 0
  for (const pool of pools) {
    const count = 1 + random.int(2)
    lines.push('', `backend ${pool}`)
    lines.push(...poolRules(context, random))
    lines.push(...serverLines(context, options, servers, pool, count, options.stubPorts.slice(stub, stub + count)))
    stub += count
  }
  const requests = randomRequests({ random, count: options.requests, targets, host: options.bindHost, ports: [port, secondPort, thirdPort] })
  return { seed: options.seed, config: `${lines.join('\n')}\n`, sideFiles, servers, requests }
}

function frontRules(context: ConditionContext & { variables: string[] }, pools: readonly string[], kind: 'frontend' | 'listen'): string[] {
  const { random, count } = context
  const names: AclNames = { declared: [] }
  const lines: string[] = []
  const add = (text: string, always = false): void => {
    const { lines: acls, condition } = randomCondition(context, names, always)
    lines.push(...acls, condition === '' ? text : `${text} ${condition}`)
  }
  if (random.chance(0.1)) {
    count('monitor-uri')
    const path = randomPath(random)
    context.targets.paths.push(path)
    lines.push(`monitor-uri ${path}`)
    if (random.chance(0.4)) {
      count('monitor fail')
      const { lines: acls, condition } = randomCondition(context, names, true)
      lines.push(...acls)
      if (condition.startsWith('if')) lines.push(`monitor fail ${condition}`)
    }
  }
  if (random.chance(0.1)) {
    count('stats uri')
    const path = randomPath(random)
    context.targets.paths.push(path, `${path}x`)
    lines.push(`stats uri ${path}`)
  }
  if (random.chance(0.1)) {
    count('tcp-request connection')
    lines.push(`tcp-request connection ${random.pick(['reject', 'accept'])} if { src ${random.pick(['127.0.0.2', '127.0.0.4/31'])} }`)
  }
  if (random.chance(0.15)) {
    const action = random.pick(['reject', 'accept'])
    count(`tcp-request content ${action}`)
    add(`tcp-request content ${action}`, true)
    if (random.chance(0.3)) add('tcp-request content reject', true)
    if (random.chance(0.3)) {
      count('tcp-request content set-var')
      add('tcp-request content set-var(txn.v0) path')
      context.variables.push('txn.v0')
    }
  }
  if (random.chance(0.1)) {
    count('http-request track-sc')
    lines.push('stick-table type ip size 1k expire 10s store http_req_cnt', 'http-request track-sc0 src')
  }
  lines.push(...httpRules(context, names, random.int(5), true))
  for (let redirects = random.chance(0.2) ? 1 + random.int(2) : 0; redirects > 0; redirects -= 1) {
    count('redirect rule')
    add(redirect(context), true)
  }
  if (random.chance(0.12)) {
    count('.if')
    lines.push(random.pick(['.if streq("$ORACLE_PATH",/api)', '.if defined(ORACLE_UNSET)', '.if !defined(ORACLE_HOST) || version_atleast(2.4)', '.if streq("$ORACLE_HOST",other) && defined(ORACLE_PATH)']))
    lines.push(`use_backend ${random.pick(pools)} if { path_beg /a }`, '.else', `use_backend ${random.pick(pools)} if { path_beg /s } # comment with 'quotes`, '.endif')
  }
  for (let rules = random.int(5); rules > 0; rules -= 1) {
    if (random.chance(0.3)) {
      const [text, construct] = dynamicPool(context, pools)
      count(construct)
      add(`use_backend ${text}`)
    } else {
      count('use_backend static')
      add(`use_backend ${random.pick(pools)}`, random.chance(0.95))
    }
  }
  if (random.chance(kind === 'listen' ? 0.3 : 0.85)) {
    count('default_backend')
    lines.push(`default_backend ${random.pick(pools)}`)
  } else count('no default_backend')
  return lines
}

function dynamicPool(context: ConditionContext, pools: readonly string[]): readonly [text: string, construct: string] {
  const { random, targets } = context
  const table = (keys: readonly string[]): string => `${keys.map(key => `${key} ${random.chance(0.85) ? random.pick(pools) : random.pick(['nowhere', 'b1 trailing', 'other'])}`).join('\n')}\n`
  switch (random.int(8)) {
    case 6: {
      if (context.variables.length === 0) return ['%[str(b2)]', 'use_backend by constant']
      return [`%[var(${random.pick(context.variables)})]`, 'use_backend by variable']
    }
    case 0: {
      targets.headers.push(['x-be', random.pick([...pools, 'nope', 'web', 'B1', 'b1, b2', ''])])
      return ['%[hdr(x-be)]', 'use_backend by header']
    }
    case 1: {
      const hosts = random.some(hostNames, 3)
      targets.hosts.push(...hosts)
      return [`%[req.hdr(host)${random.chance(0.5) ? ',lower' : ''},map(${context.addFile('map', table(hosts))}${random.chance(0.5) ? ',b1' : ''})]`, 'use_backend by map']
    }
    case 2: {
      const paths = [randomPath(random), randomPath(random), '/api', '/']
      targets.paths.push(...paths)
      return [`%[path,map_beg(${context.addFile('map', table(paths))})]`, 'use_backend by map_beg']
    }
    case 3: {
      const paths = ['^/api', '^/[a-z]+/v1', '\\.js$']
      targets.paths.push('/api/v1', '/static/v1', '/app.js')
      return [`%[path,map_reg(${context.addFile('map', table(paths))},b2)]`, 'use_backend by map_reg']
    }
    case 4: return [`%[src,map_ip(${context.addFile('map', table(['127.0.0.0/8', '127.0.0.2', '127.0.0.4/30']))},b3)]`, 'use_backend by map_ip']
    case 5: {
      targets.cookies.push(['group', random.pick(['blue', 'green', 'x'])])
      return [`%[req.cook(group),map_str(${context.addFile('map', table(['blue', 'green']))},b4)]`, 'use_backend by cookie map']
    }
    default: {
      const hosts = ['a.test', 'shop', 'example']
      targets.hosts.push('a.test', 'shop.example', 'www.a.test:8080')
      const method = random.pick(['map_dom', 'map_end', 'map_sub'])
      return [`%[req.hdr(host),lower,${method}(${context.addFile('map', table(hosts))})]`, `use_backend by ${method}`]
    }
  }
}

function redirect(context: ConditionContext): string {
  const { random, count } = context
  const kind = random.pick(['location', 'prefix', 'scheme'])
  const flags: string[] = []
  if (random.chance(0.4)) flags.push(`code ${random.pick(['301', '302', '303', '307', '308'])}`)
  if (kind !== 'location' && random.chance(0.35)) {
    flags.push('drop-query')
    if (random.chance(0.5)) flags.push('append-slash')
  }
  count(`redirect ${kind}`)
  if (flags.some(flag => flag.startsWith('drop'))) count('redirect drop-query')
  if (flags.includes('append-slash')) count('redirect append-slash')
  const value = kind === 'scheme'
    ? random.pick(['https', 'http'])
    : kind === 'prefix' ? random.pick(['http://n.test', '/', '/pre', 'https://%[hdr(host)]/p', 'http://%[req.hdr(host),lower]'])
      : random.pick(['/loc', 'https://x.test/y', 'https://%[hdr(host)]%[capture.req.uri]', '/r%[path]', '%[path,regsub(^/[a-z]*,/z)]?q=%[urlp(v)]'])
  return ['redirect', kind, value, ...flags].join(' ')
}

const normalizers = [
  'path-merge-slashes', 'path-strip-dot', 'path-strip-dotdot', 'path-strip-dotdot full', 'percent-decode-unreserved', 'percent-decode-unreserved strict',
  'percent-to-uppercase', 'percent-to-uppercase strict', 'query-sort-by-name',
] as const

/** `http-request` rules. `rewrites`: also rules that change the request. */
function httpRules(context: ConditionContext & { variables: string[] }, names: AclNames, rules: number, rewrites: boolean): string[] {
  const { random, count, targets } = context
  const lines: string[] = []
  const value = (): string => random.pick(['/new%[path]', '/p', '%[path,regsub(^/api,/v1)]', '/%[hdr(x-a)]', '%[path,lower]', '/fixed/v1', `'%[path,regsub("^(/[a-z]+)(/[a-z0-9]+)","\\2\\1")]'`, '"/e${ORACLE_PATH}%[path]"', `'/q%[path,field(2,/)]/%[hdr(host),field(1,:)]'`])
  for (let index = 0; index < rules; index += 1) {
    const { lines: acls, condition } = randomCondition(context, names)
    lines.push(...acls)
    const add = (text: string, construct: string): void => {
      count(`http-request ${construct}`)
      lines.push(`http-request ${text} ${condition}`.trimEnd())
    }
    switch (random.int(rewrites ? 27 : 6)) {
      case 0: add(random.pick(['deny', 'deny deny_status 429', 'deny deny_status 404']), 'deny'); break
      case 1: add(random.pick(['return status 200', 'return status 418', 'return status 404 content-type text/plain string no', 'return']), 'return'); break
      case 2: add(redirect(context), 'redirect'); break
      case 3: add('allow', 'allow'); break
      case 4: add(random.chance(0.5) ? 'tarpit' : 'tarpit deny_status 401', 'tarpit'); break
      case 5: add('reject', 'reject'); break
      case 6: case 7: add(`set-path ${value()}`, 'set-path'); break
      case 8: add(`replace-path ${random.pick(['/api/(.*) /new/\\1', '([^/]*)/v1(.*) \\1/v2\\2', '^/x /y', '(.*) /all\\1', '/([a-z]+)/([a-z0-9]+) /\\2/\\1'])}`, 'replace-path'); break
      case 9: add(`replace-uri ${random.pick(['^/api/(.*) /uri/\\1?z=1', '^([^?]*)(.*)$ \\1/tail\\2', '^/x /y'])}`, 'replace-uri'); break
      case 10: add(`set-uri ${random.pick(['/u%[path]?q=%[urlp(v)]', '/uri', 'http://z.test/abs'])}`, 'set-uri'); break
      case 11: add(`set-query ${random.pick(['a=1', 'a=1&%[query]', '%[query,lower]', '%[hdr(x-none)]'])}`, 'set-query'); break
      case 12: {
        const name = random.pick(['Host', 'X-A', 'X-B'])
        add(`set-header ${name} ${random.pick(['z.test', 'a.test', '%[path]', 'beta', '1'])}`, name === 'Host' ? 'set-header Host' : 'set-header')
        break
      }
      case 13: add(`del-header ${random.pick(['X-A', 'Cookie', 'X- -m beg', '-a -m end', 'canar -m sub', '^x-[ab]$ -m reg', 'Host'])}`, 'del-header'); break
      case 14: add(`replace-header ${random.pick(['Host ^www\\.(.*) \\1', 'X-A (.*) <\\1>', 'X-List ^a(.*)$ b\\1', 'Cookie sid=([^;]*)(.*) k=\\1\\2'])}`, 'replace-header'); break
      case 15: add(`replace-value ${random.pick(['X-List ^a(.*)$ b\\1', 'X-A (.*) [\\1]'])}`, 'replace-value'); break
      case 16: add(`set-method ${random.pick(['POST', 'GET', 'PUT'])}`, 'set-method'); break
      case 17: {
        const normalizer = random.pick(normalizers)
        targets.paths.push('/a/../api/v1', '//api//v1', '/./x', '/%61pi', '/x%2fy%zz')
        add(`normalize-uri ${normalizer}`, `normalize-uri ${normalizer.split(' ')[0] ?? ''}`)
        break
      }
      case 18: {
        const name = `txn.v${random.int(2)}`
        add(`set-var(${name}) ${random.pick(['path', 'hdr(x-a)', 'str(aa)', 'str(b3)', 'req.hdr(host),lower', 'urlp(v)', 'path,field(2,/)'])}`, 'set-var')
        if (!context.variables.includes(name)) context.variables.push(name)
        break
      }
      case 19: add(`add-header ${random.pick(['X-A', 'X-List'])} ${random.pick(['beta', '1', '%[method]', '%[src]'])}`, 'add-header'); break
      case 20: add(`set-pathq ${random.pick(['/pq%[pathq]', '/pq?a=1'])}`, 'set-pathq'); break
      case 22: {
        targets.paths.push('/metrics')
        count('http-request use-service')
        lines.push('http-request use-service prometheus-exporter if { path /metrics } METH_GET !{ query -m found }')
        break
      }
      case 23: add('auth realm x', 'auth'); break
      case 24: add(`set-var-fmt(txn.v1) ${random.pick(['%[path]-x', 'b%[urlp(v)]'])}`, 'set-var-fmt'); if (!context.variables.includes('txn.v1')) context.variables.push('txn.v1'); break
      case 25: add('unset-var(txn.v0)', 'unset-var'); break
      default: add(`replace-pathq ${random.pick(['/api(.*) /pq\\1', '([^?]*)(\\?(.*))? \\1?foo=bar&\\3'])}`, 'replace-pathq'); break
    }
  }
  return lines
}

function poolRules(context: ConditionContext, random: Random): string[] {
  const lines: string[] = []
  const names: AclNames = { declared: [] }
  if (random.chance(0.25)) lines.push(...httpRules({ ...context, variables: [] }, names, 1 + random.int(2), true))
  if (random.chance(0.05)) {
    context.count('redirect rule in a backend')
    const { lines: acls, condition } = randomCondition(context, names, true)
    lines.push(...acls, `${redirect(context)} ${condition}`)
  }
  return lines.map(line => `  ${line}`)
}

function serverLines(context: ConditionContext, options: GeneratorOptions, servers: Map<number, { readonly pool: string; readonly server: string }>, pool: string, count: number, ports: readonly number[]): string[] {
  const { random } = context
  const lines: string[] = []
  const balance = random.pick(['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'uri', 'random', 'hdr(x-a)', 'url_param v'])
  if (random.chance(0.7)) {
    options.count(`balance ${balance.split(/[ (]/)[0] ?? ''}`)
    lines.push(`balance ${balance}`)
  }
  const names: AclNames = { declared: [] }
  const cookie = random.chance(0.3)
  if (cookie) {
    const mode = random.pick(['insert indirect nocache', 'insert', 'prefix', 'rewrite'])
    options.count(`cookie ${mode.split(' ')[0] ?? ''}`)
    lines.push(`cookie SRV ${mode}`)
    context.targets.cookies.push(['SRV', random.pick(['s1', 's2', 'S1', 'zz', 's2~abc', '"s1"'])], ['SRV', 's1'], ['SRV', 's2'])
  }
  if (count > 1 && random.chance(0.3)) {
    options.count('use-server')
    const { lines: acls, condition } = randomCondition(context, names, true)
    lines.push(...acls, `use-server s${1 + random.int(count)} ${condition}`)
    if (random.chance(0.3)) {
      options.count('use-server dynamic')
      context.targets.headers.push(['x-s', random.pick(['s1', 's2', 'nope'])])
      lines.push('use-server %[hdr(x-s)] if { hdr(x-s) -m found }')
    }
  }
  if (cookie && random.chance(0.2)) {
    const rule = random.chance(0.8) ? 'ignore-persist' : 'force-persist'
    options.count(rule)
    const { lines: acls, condition } = randomCondition(context, names, true)
    lines.push(...acls, `${rule} ${condition}`)
  }
  if (random.chance(0.1)) {
    options.count('option allbackups')
    lines.push('option allbackups')
  }
  if (random.chance(0.15)) {
    options.count('default-server')
    lines.push(`default-server weight ${random.pick([1, 5, 10])}`)
  }
  if (count === 1 && random.chance(0.12) && ports[0] !== undefined) {
    options.count('server-template')
    servers.set(ports[0], { pool, server: 't1' })
    lines.push(`server-template t 1-${1 + random.int(3)} 127.0.0.1:${ports[0]}${random.chance(0.3) ? ' weight 5' : ''}`)
    return lines.filter(line => !line.startsWith('use-server s')).map(line => `  ${line}`)
  }
  for (let index = 0; index < count; index += 1) {
    const port = ports[index]
    if (port === undefined) continue
    const flags: string[] = []
    if (cookie && random.chance(0.85)) flags.push(`cookie s${index + 1}`)
    if (random.chance(0.25)) {
      options.count('server weight')
      flags.push(`weight ${random.pick([0, 1, 3, 100])}`)
    }
    if (count > 1 && random.chance(0.2)) {
      options.count('server backup')
      flags.push('backup')
    }
    if (random.chance(0.08)) {
      options.count('server disabled')
      flags.push('disabled')
    }
    servers.set(port, { pool, server: `s${index + 1}` })
    lines.push(`server s${index + 1} 127.0.0.1:${port}${flags.length > 0 ? ` ${flags.join(' ')}` : ''}`)
  }
  return lines.map(line => `  ${line}`)
}

