import type { Random } from '#test/oracle/haproxy/random.ts'

/** A small config as lines, with the files it reads: path as the config writes it → text. */
export interface SmallConfig {
  readonly lines: readonly string[]
  readonly sideFiles: ReadonlyMap<string, string>
}

export interface SmallOptions {
  /** Address the config binds. */
  readonly bindHost: string
  /** The first frontend binds two ports, the second one the third. */
  readonly bindPorts: readonly [number, number, number]
  /** Ports of servers; eight are used. */
  readonly stubPorts: readonly number[]
  /** Where side files live. */
  readonly folder: string
}

export const smallHosts = ['a.test', 'b.test', 'www.a.test', 'A.test', 'a.test:8080', 'a.b.test'] as const
export const smallPaths = ['/a', '/a/', '/a/b', '/ab', '/b', '/a/b/c', '/A', '/b/a.js', '/x/a', '/new', '/new/b'] as const
export const smallPools = ['b1', 'b2', 'b3', 'b4'] as const
export const smallMethods = ['GET', 'POST', 'HEAD', 'PURGE'] as const
export const smallSources = ['127.0.0.2', '127.0.0.0/30', '127.0.0.4/31', '10.0.0.0/8'] as const
const endings = ['.js', '/b', 'b', '/', 'a'] as const
const parts = ['a', 'b', 'a/b', '/'] as const
export const pathPatterns = ['^/a', '^/a/', '^/a$', '^/a(/|$)', '/b', 'b$', '\\.js$', '^/[ab]/', '^/(a|b)$', 'a.*b', '^/.b'] as const
const settings = ['  mode http', '  timeout connect 2s', '  timeout client 5s', '  timeout server 5s', '  retries 0']

export function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** One test as it stands between braces, without blanks in its words. */
export function smallTest(random: Random, ports: readonly number[]): string {
  const flag = random.chance(0.35) ? '-i ' : ''
  const several = <T extends string>(items: readonly T[]): string => random.some(items, random.chance(0.3) ? 2 : 1).join(' ')
  switch (random.int(23)) {
    case 20: return random.pick(['hdr(x-a,1) 1', 'hdr(x-a,-1) beta', 'hdr(x-a,2) -m found', 'req.fhdr(x-a) -m beg 1', 'hdr_len(x-a) gt 2', 'hdr_val(x-a) ge 2'])
    case 21: return random.pick([`base_beg ${flag}a.test/a`, 'url_beg /a', `url ${flag}/a?v=1`, 'pathq -m beg /a?', 'url_end v=1', 'url_beg *', 'url_beg http', 'url_reg ^https?://[^/]*$', 'url_sub a', 'path_len gt 3', 'hdr(host),host_only b.test'])
    case 22: return random.pick([`path,lower -m beg ${random.pick(smallPaths)}`, 'path,field(2,/) -m str a b', 'path,field(-1,/) -m beg b', 'hdr(x-a),lower beta', 'path,ltrim(/) -m beg a', 'path,upper -m end B'])
    case 0: case 1: return `path ${flag}${several(smallPaths)}`
    case 2: case 3: return `path_beg ${flag}${several(smallPaths)}`
    case 4: return `path_end ${flag}${several(endings)}`
    case 5: return random.chance(0.5) ? `path_sub ${flag}${several(parts)}` : `path_dir ${flag}${several(parts.slice(0, 3))}`
    case 6: case 7: return `path_reg ${flag}${several(pathPatterns)}`
    case 8: case 9: return `hdr(host) ${flag}${several(smallHosts)}`
    case 10: return random.pick([`hdr_end(host) ${flag}.test`, `hdr_end(host) ${flag}a.test`, `hdr_beg(host) ${flag}www.`, `hdr_dom(host) ${flag}a`, `hdr_reg(host) ${flag}^a\\.test`, `hdr_sub(host) ${flag}a`])
    case 11: return `hdr(host),field(1,:) ${flag}${several(smallHosts.slice(0, 4))}`
    case 12: return random.chance(0.5) ? `hdr(host),lower ${several(smallHosts.slice(0, 3))}` : `req.hdr(host),lower,field(1,:) ${several(smallHosts.slice(0, 3))}`
    case 13: return `method ${several(smallMethods)}`
    case 14: return random.pick(['hdr(x-a) 1', 'hdr(x-a) -i beta', 'hdr(x-a) beta 1', 'hdr(x-a) -m found', 'hdr_cnt(x-a) ge 1', 'hdr_cnt(x-a) 2', 'hdr(x-a) -m reg ^b', 'hdr_beg(x-a) b'])
    case 15: return random.pick(['hdr(x-b) on', 'hdr(x-b) -m found', 'hdr_sub(x-b) o', 'hdr(x-b) -m reg -i ^o'])
    case 16: return random.pick(['urlp(v) 1', 'urlp(v) 1 2', 'urlp(v) -m found', 'url_param(v) -m beg 1', 'urlp(v) -m int gt 1', 'query -m found', 'query -m beg v='])
    case 17: return random.pick(['cook(sid) aa', 'cook(sid) -m found', 'cook(sid) -i aa bb', 'cook_beg(sid) a'])
    case 18: return `src ${several(smallSources)}`
    default: return random.chance(0.5) ? `dst_port ${ports[random.int(2)] ?? 0}` : random.pick(['var(txn.v) -m str /a', 'var(txn.v) -m beg b', 'var(txn.v) -m found', 'var(txn.w) -m str on'])
  }
}

/** Collects the lines of one section; conditions may declare names in front of the rule. */
class Section {
  readonly lines: string[] = []
  private readonly random: Random
  private readonly ports: readonly number[]
  private readonly names: string[] = []
  private readonly prefix: string

  constructor(random: Random, ports: readonly number[], prefix: string) {
    this.random = random
    this.ports = ports
    this.prefix = prefix
  }

  plain(line: string): void {
    this.lines.push(`  ${line}`)
  }

  /** A rule with a random condition. */
  rule(text: string, always = true): void {
    if (!always && this.random.chance(0.15)) this.plain(text)
    else this.plain(`${text} ${this.condition()}`)
  }

  private condition(): string {
    const { random } = this
    let condition = this.term()
    if (random.chance(0.3)) condition += ` ${this.term()}`
    if (random.chance(0.2)) condition += ` ${random.pick(['or', '||'])} ${this.term()}`
    return `${random.chance(0.1) ? 'unless' : 'if'} ${condition}`
  }

  private term(): string {
    const { random, names } = this
    const not = random.chance(0.15) ? '!' : ''
    if (random.chance(0.5)) return `${not}{ ${smallTest(random, this.ports)} }`
    if (names.length > 0 && random.chance(0.45)) return not + random.pick(names)
    const reused = names.length > 0 && random.chance(0.12)
    const name = reused ? random.pick(names) : `${this.prefix}${names.length}`
    if (!reused) names.push(name)
    for (let count = random.chance(0.25) ? 2 : 1; count > 0; count -= 1) this.plain(`acl ${name} ${smallTest(random, this.ports)}`)
    return not + name
  }
}

const redirects = ['redirect location /new', 'redirect location /new%[path]', 'redirect prefix /new', 'redirect prefix http://b.test code 301', 'redirect scheme https', 'redirect scheme https code 301', 'redirect prefix /a drop-query append-slash', 'redirect location http://%[hdr(host)]/a'] as const

/** A rule that answers by itself. */
export function answerRule(random: Random): string {
  return random.pick(['http-request deny', 'http-request deny deny_status 404', 'http-request return status 200', ...redirects.map((text) => `http-request ${text}`), ...redirects.slice(0, 5)])
}

/** A rule that changes what later rules or the server see. */
export function rewriteRule(random: Random): string {
  return random.pick([
    'http-request set-path /new', 'http-request set-path /new%[path]', 'http-request set-path /a%[path]', 'http-request replace-path ^/a/(.*) /new/\\1', 'http-request replace-path ^/x/(.*) /\\1', 'http-request set-query v=1',
    'http-request set-header X-A beta', 'http-request set-header X-A %[path]', 'http-request del-header X-A', 'http-request set-header Host b.test', 'http-request del-header Host', 'http-request add-header X-A 1',
    'http-request set-pathq /new%[pathq]', 'http-request set-uri /a?v=1', 'http-request replace-pathq ^/a/(.*) /new/\\1', random.pick(['http-request replace-value X-A ^b.* on', 'http-request replace-header X-A ^1 beta', 'http-request normalize-uri path-merge-slashes']),
    'http-request set-var(txn.v) path', 'http-request set-var(txn.v) str(b)', 'http-request set-var(txn.w) hdr(x-b)', 'http-request set-method POST',
  ])
}

/** One random config. */
export function smallConfig(random: Random, options: SmallOptions): SmallConfig {
  const sideFiles = new Map<string, string>()
  const [first, second, third] = options.bindPorts
  const lines: string[] = ['global', '  maxconn 200', 'defaults', ...settings]
  const ports = [first, second]
  const addFile = (keys: readonly string[]): string => {
    const file = `${options.folder}/small${sideFiles.size}.map`
    sideFiles.set(file, `${keys.map((key) => `${key} ${random.chance(0.9) ? random.pick(smallPools) : 'nowhere'}`).join('\n')}\n`)
    return file
  }
  const fromTable = (section: Section): void => {
    const value = `path,map_beg(${addFile(random.some(smallPaths, 3))}${random.chance(0.5) ? ',none' : ''})`
    switch (random.int(4)) {
      case 0: section.plain(`use_backend ${random.pick(smallPools)} if { ${value} -m str ${random.pick(smallPools)} }`); break
      case 1: section.plain(`http-request redirect location /%[${value}] if { ${smallTest(random, ports)} }`); break
      case 2: section.plain(`http-request set-header X-A %[${value}]`); break
      default: section.plain(`http-request set-var(txn.v) ${value}`); section.plain(`use_backend ${random.pick(smallPools)} if { var(txn.v) -m str ${random.pick(smallPools)} }`)
    }
  }
  const dynamic = (): string => {
    const otherwise = random.chance(0.5) ? `,${random.pick(smallPools)}` : ''
    switch (random.int(7)) {
      case 6: return random.pick(['%[hdr(x-a)]', 'b%[urlp(v)]', '%[var(txn.v)]', '%[req.cook(sid)]', 'b%[hdr(x-b),length]'])
      case 0: case 1: return `%[path,map_beg(${addFile(random.some(smallPaths, 3))}${otherwise})]`
      case 2: return `%[hdr(host),lower,map(${addFile(random.some(smallHosts.slice(0, 3), 2))}${otherwise})]`
      case 3: return `%[hdr(host),lower,map_dom(${addFile(['a', 'b.test'])}${otherwise})]`
      case 4: return `%[path,map_reg(${addFile(random.some(pathPatterns, 2))}${otherwise})]`
      default: return `%[path,map_end(${addFile(random.some(endings, 2))}${otherwise})]`
    }
  }
  const exactRun = (section: Section): void => {
    const [fetch, values] = random.pick([['path', smallPaths], ['path -i', ['/b', '/x/a', '/new/b', '/a/']], ['hdr(host) -i', ['a.test', 'b.test', 'www.a.test']], ['method', smallMethods]] as const)
    for (const value of random.some<string>(values, 2)) section.plain(`use_backend ${random.pick(smallPools)} if { ${fetch} ${value} }`)
  }
  const front = (name: string, binds: readonly number[], rules: number): void => {
    const section = new Section(random, ports, name.slice(0, 1))
    if (random.chance(0.08)) section.plain(`monitor-uri ${random.pick(smallPaths)}`)
    for (let index = 0; index < rules; index += 1) {
      const kind = random.int(20)
      if (kind < 3) section.rule(rewriteRule(random), false)
      else if (kind < 6) section.rule(answerRule(random))
      else if (kind < 7) section.rule('http-request allow')
      else if (kind < 9) section.rule(`use_backend ${dynamic()}`, false)
      else if (kind < 11) exactRun(section)
      else if (kind < 12) fromTable(section)
      else section.rule(`use_backend ${random.pick(smallPools)}`)
    }
    if (random.chance(0.8)) section.plain(`default_backend ${random.pick(smallPools)}`)
    lines.push(`frontend ${name}`, ...binds.map((port) => `  bind ${options.bindHost}:${port}`), ...section.lines)
  }
  front('web', ports, 3 + random.int(6))
  if (random.chance(0.4)) front('other', [third], 1 + random.int(2))
  let stub = 0
  for (const pool of smallPools) {
    const section = new Section(random, ports, `${pool}n`)
    if (random.chance(0.2)) section.rule(random.chance(0.5) ? answerRule(random).replace(/^redirect/, 'http-request redirect') : rewriteRule(random), false)
    const servers = 1 + random.int(2)
    if (servers === 2 && random.chance(0.3)) section.rule(`use-server s${1 + random.int(2)}`)
    for (let index = 1; index <= servers; index += 1) section.plain(`server s${index} 127.0.0.1:${options.stubPorts[stub + index - 1] ?? 1}${random.chance(0.15) ? ` weight ${random.pick([0, 3])}` : ''}${random.chance(0.04) ? ' disabled' : ''}`)
    stub += 2
    const cookie = servers === 2 && random.chance(0.08)
    lines.push(`backend ${pool}`, ...(random.chance(0.2) ? ['  balance leastconn'] : []), ...(cookie ? ['  cookie sid insert indirect nocache'] : []), ...section.lines.map((line) => (cookie && /^\s+server s1/.test(line) ? `${line} cookie aa` : line)))
  }
  return { lines, sideFiles }
}

export function textOf(config: SmallConfig): string {
  return `${config.lines.join('\n')}\n`
}
