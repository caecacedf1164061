import type { Random } from './random.ts'

/** What the requests aim at: literals of the config. */
export interface Targets {
  readonly paths: string[]
  readonly hosts: string[]
  readonly headers: [name: string, value: string][]
  readonly cookies: [name: string, value: string][]
  readonly parameters: [name: string, value: string][]
}

/** Counts how often each construct was written. */
export type Counter = (construct: string) => void

export interface ConditionContext {
  readonly random: Random
  readonly count: Counter
  readonly targets: Targets
  /** Writes a side file and gives the name the config uses. */
  readonly addFile: (extension: 'map' | 'lst', text: string) => string
  readonly ports: readonly number[]
  /** Variables that earlier rules of the proxy set. */
  readonly variables: readonly string[]
}

const segments = ['api', 'v1', 'v2', 'admin', 'static', 'img', 'Auth', 'x', 'app.js', 'logo.png'] as const
export const hostNames = ['a.test', 'b.test', 'shop.example', 'www.a.test', 'api.shop.example', 'A.test', 'x.b.test'] as const
const headerNames = ['x-a', 'x-b', 'x-canary', 'x-list'] as const
const headerValues = ['1', 'beta', 'alpha', 'Beta', 'on/off', 'a.b.c', 'a-b-c', '15'] as const
const cookieNames = ['sid', 'k', 'group'] as const
const parameterNames = ['v', 'w', 'id'] as const
const shortValues = ['1', '2', 'aa', 'b-1', 'blue', 'Blue', 'a/b', '10'] as const

export function randomPath(random: Random): string {
  const depth = 1 + random.int(3)
  return `/${Array.from({ length: depth }, () => random.pick(segments)).join('/')}`
}

type MatchKind = 'str' | 'beg' | 'end' | 'sub' | 'dir' | 'dom' | 'reg' | 'len'
const matchKinds: readonly MatchKind[] = ['str', 'beg', 'end', 'sub', 'dir', 'dom', 'reg', 'len']

const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A pattern that has something to do with `value` under a matching method. */
function patternFor(random: Random, kind: MatchKind, value: string): string {
  const cut = (): number => 1 + random.int(Math.max(1, value.length - 1))
  switch (kind) {
    case 'str': return value
    case 'beg': return value.slice(0, cut())
    case 'end': return value.slice(-cut())
    case 'sub': {
      const start = random.int(value.length)
      return value.slice(start, start + 1 + random.int(5))
    }
    case 'dir': {
      const parts = value.split('/').filter(part => part !== '')
      const part = parts.length === 0 ? value : random.pick(parts)
      return random.chance(0.3) && parts.length > 1 ? parts.slice(0, 2).join('/') : random.chance(0.3) ? `/${part}/` : part
    }
    case 'dom': {
      const parts = value.split(/[/.:]/).filter(part => part !== '')
      return random.chance(0.5) ? value.replace(/^\//, '') : parts.length === 0 ? value : random.pick(parts)
    }
    case 'reg': {
      const forms: readonly (() => string)[] = [
        () => `^${quote(value)}$`, () => `^${quote(value)}`, () => `${quote(value)}$`, () => quote(value.slice(-3)), () => `^${quote(value.slice(0, 4))}.*[a-z0-9]$`,
        () => `^/(${segments.slice(0, 4).join('|')})(/|$)`, () => `[0-9]+$`, () => `^[^/]*${quote(value.slice(0, 2))}`, () => `^(?:${quote(value)}|${quote(value)}/.+)$`, () => `${quote(value.slice(0, 3))}?`,
        () => `\\.(js|png)$`, () => `^.{3,8}$`, () => `\\w+-\\w+`, () => `(?i)${quote(value)}`, () => `[[:upper:]]`,
      ]
      return random.pick(forms)()
    }
    case 'len': return random.pick([`${value.length}`, `gt ${random.int(14)}`, `lt ${random.int(14)}`, `${random.int(5)}:${5 + random.int(9)}`, `ge ${value.length}`, `le ${value.length}`])
  }
}

/** A word as the config file needs it written. */
export function word(random: Random, text: string): string {
  const bare = /^[A-Za-z0-9/._:%?&=,;@~+*<>|^-]+$/.test(text)
  if (bare && !random.chance(0.1)) return text
  if (!text.includes("'") && random.chance(0.7)) return `'${text}'`
  if (!/["\\$]/.test(text)) return `"${text}"`
  return text.replace(/[ \\#'"]/g, character => (character === '\\' ? '\\\\' : `\\${character}`))
}

interface Subject {
  /** Fetch with its argument, e.g. `hdr(x-a)`. */
  readonly fetch: string
  /** Name of the fetch with a match suffix in front of the argument; null: no such keyword exists. */
  readonly suffixed: ((kind: MatchKind) => string) | null
  readonly value: string
  readonly construct: string
}

function subjectOf(context: ConditionContext): Subject {
  const { random, targets } = context
  const simple = (name: string, value: string): Subject => ({ fetch: name, suffixed: kind => `${name}_${kind}`, value, construct: name })
  const withArgument = (name: string, argument: string, value: string, construct: string, suffix = true): Subject => ({
    fetch: `${name}(${argument})`, suffixed: suffix ? kind => `${name}_${kind}(${argument})` : null, value, construct,
  })
  switch (random.int(13)) {
    case 0: case 1: case 2: {
      const path = randomPath(random)
      targets.paths.push(path)
      return simple('path', path)
    }
    case 3: {
      const path = randomPath(random)
      const host = random.pick(hostNames)
      targets.paths.push(path)
      targets.hosts.push(host)
      return simple('base', host + path)
    }
    case 4: {
      const path = random.chance(0.5) ? randomPath(random) : `${randomPath(random)}?v=${random.pick(shortValues)}`
      targets.paths.push(path)
      return simple('url', path)
    }
    case 5: case 6: {
      const host = random.pick(hostNames)
      targets.hosts.push(host)
      return random.chance(0.5) ? withArgument('hdr', 'host', host, 'hdr(host)') : withArgument('req.hdr', 'host', host, 'req.hdr(host)', false)
    }
    case 7: {
      const name = random.pick(headerNames)
      const value = random.pick(headerValues)
      targets.headers.push([name, value])
      const occurrence = random.chance(0.2) ? `,${random.pick(['1', '-1', '2'])}` : ''
      return withArgument('hdr', name + occurrence, value, occurrence === '' ? 'hdr' : 'hdr with occurrence')
    }
    case 8: {
      const name = random.pick(headerNames)
      const value = random.pick(headerValues)
      targets.headers.push([name, value])
      return random.chance(0.5) ? withArgument('req.hdr', name, value, 'req.hdr', false) : withArgument('req.fhdr', name, random.chance(0.4) ? 'alpha, beta' : value, 'req.fhdr', false)
    }
    case 9: {
      const name = random.pick(cookieNames)
      const value = random.pick(shortValues)
      targets.cookies.push([name, value])
      return random.chance(0.5) ? withArgument('cook', name, value, 'cook') : withArgument('req.cook', name, value, 'req.cook', false)
    }
    case 10: case 11: {
      const name = random.pick(parameterNames)
      const value = random.pick(shortValues)
      targets.parameters.push([name, value])
      return random.chance(0.5) ? withArgument('urlp', name, value, 'urlp') : withArgument('url_param', name, value, 'url_param', false)
    }
    default: {
      const path = randomPath(random)
      targets.paths.push(`${path}?v=1&id=aa`)
      return random.chance(0.5)
        ? { fetch: 'query', suffixed: null, value: 'v=1&id=aa', construct: 'query' }
        : { fetch: 'pathq', suffixed: null, value: `${path}?v=1&id=aa`, construct: 'pathq' }
    }
  }
}

interface Converted {
  readonly text: string
  readonly value: string
  readonly construct: string
}

/** A chain of converters and what it makes of `value`, roughly. */
export function convert(context: ConditionContext, value: string): Converted {
  const { random, addFile } = context
  const parts = value.split('/')
  switch (random.int(10)) {
    case 0: return { text: ',lower', value: value.toLowerCase(), construct: 'lower' }
    case 1: return { text: ',upper', value: value.toUpperCase(), construct: 'upper' }
    case 2: return { text: `,field(2,/)`, value: parts[1] ?? value, construct: 'field' }
    case 3: return { text: `,field(-1,/)`, value: parts[parts.length - 1] ?? value, construct: 'field' }
    case 4: return { text: `,word(1,/.)`, value: value.split(/[/.]/).find(part => part !== '') ?? value, construct: 'word' }
    case 5: return { text: `,word(-1,-)`, value: value.split('-').pop() ?? value, construct: 'word' }
    case 6: return { text: random.pick([',regsub(^/v[0-9]+,/)', ',regsub(/,-,g)', ',regsub(A,a,gi)', ',regsub(t.st,host)', ',regsub([a-z]+,x,g)']), value: value.replace(/\//g, '-'), construct: 'regsub' }
    case 7: return { text: ',url_dec', value, construct: 'url_dec' }
    case 8: return { text: ',lower,field(1,:)', value: value.toLowerCase(), construct: 'lower,field' }
    default: {
      const method = random.pick(['map', 'map_str', 'map_beg', 'map_sub', 'map_end', 'map_dir', 'map_dom', 'map_reg'])
      const kind = method === 'map' ? 'str' : (method.slice(4) as MatchKind)
      const lines = Array.from({ length: 3 }, (_, index) => `${patternFor(random, kind, index === 0 ? value : randomPath(random)).replace(/\s/g, '')} m${index}`)
      const file = addFile('map', `# keys\n${lines.join('\n')}\n`)
      return { text: `,${method}(${file}${random.chance(0.5) ? ',none' : ''})`, value: random.pick(['m0', 'm1', 'none']), construct: method }
    }
  }
}

/** Environment of the server and of compile. */
export const oracleEnvironment: Readonly<Record<string, string>> = { ORACLE_PATH: '/api', ORACLE_HOST: 'shop.example', ORACLE_LIST: '/static /img' }

/** Expression, flags and patterns of one test, as they stand in an `acl` line or between braces. */
export function randomTest(context: ConditionContext): string {
  const { random, count, targets, ports } = context
  const special = random.int(33)
  switch (special) {
    case 0: { count('method'); return `method ${random.some(['GET', 'POST', 'HEAD', 'PURGE', 'PUT', 'get'], 1 + random.int(2)).join(' ')}` }
    case 1: {
      const numeric = random.chance(0.25)
      count('src')
      if (numeric) count('-n')
      return `src ${numeric ? '-n ' : ''}${random.pick(['127.0.0.2', '127.0.0.0/30', '127.0.0.1 127.0.0.3', '10.0.0.0/8', '127.0.0.4/30', '::1'])}`
    }
    case 2: { count('dst_port'); return `dst_port ${random.pick([String(ports[0]), String(ports[1] ?? ports[0]), `${ports[0]}:${(ports[0] ?? 0) + 1}`])}` }
    case 3: {
      const name = random.pick(headerNames)
      targets.headers.push([name, '15'])
      count('req.hdr_cnt')
      return `req.hdr_cnt(${name}) ${random.pick(['ge 1', 'gt 1', '2', 'eq 0', '1:2'])}`
    }
    case 4: {
      const name = random.pick(headerNames)
      targets.headers.push([name, random.pick(['15', '10', '20', 'abc', '-3'])])
      count('hdr_val')
      return `${random.pick(['hdr_val', 'req.hdr_val'])}(${name}) ${random.pick(['10:20', 'gt 14', 'lt 5', '15', 'ge 20'])}`
    }
    case 5: {
      targets.headers.push(['x-forwarded-for', random.pick(['10.1.1.1', '1.1.1.1, 10.2.2.2', 'fe80::1', '10.0.0.5:80', 'nonsense'])])
      count('hdr_ip')
      return `hdr_ip(x-forwarded-for) ${random.pick(['10.0.0.0/8', '10.1.1.1', 'fe80::/16', '1.1.1.1'])}`
    }
    case 6: {
      const name = random.pick(parameterNames)
      targets.parameters.push([name, random.pick(['6', '5', 'abc', '12'])])
      count('-m int')
      return `url_param(${name}) -m int ${random.pick(['gt 5', 'lt 7', '6', '10:20'])}`
    }
    case 7: {
      const [fetch, construct] = random.pick([['hdr(x-a)', 'hdr -m found'], ['req.cook(sid)', 'cook -m found'], ['urlp(v)', 'urlp -m found'], ['path', 'path -m found'], ['query', 'query -m found']] as const)
      count(construct)
      targets.headers.push(['x-a', random.pick(['', '1'])])
      targets.cookies.push(['sid', random.pick(['', 'aa'])])
      targets.parameters.push(['v', random.pick(['', '1'])])
      return `${fetch} -m found`
    }
    case 8: {
      const host = random.pick(hostNames)
      targets.hosts.push(host, `${host}:8080`)
      const byHost = random.chance(0.5)
      count(byHost ? 'converter host_only' : 'converter port_only')
      return byHost ? `req.hdr(host),host_only ${random.chance(0.5) ? '-i ' : ''}${host}` : `req.hdr(host),port_only ${random.pick(['8080', '0', '80:9000'])}`
    }
    case 9: {
      if (context.variables.length === 0) break
      count('var')
      return `var(${random.pick(context.variables)}) -m ${random.pick(['beg /a', 'str aa', 'found', 'sub a', 'end t'])}`
    }
    case 10: {
      const [text, construct] = random.pick([
        ['so_name second', 'so_name'], ['so_id 2', 'so_id'], ['fe_name web', 'fe_name'], ['ssl_fc', 'ssl_fc'], ['req.ver 1.1', 'req.ver'], ['src_port 1024:65535', 'src_port'], ['dst 127.0.0.0/8', 'dst'],
        ['always_true', 'always_true'], ['req.proto_http', 'req.proto_http'], ['ssl_fc_sni a.test', 'ssl_fc_sni'],
      ] as const)
      count(construct)
      return text
    }
    case 11: {
      const name = random.pick(headerNames)
      targets.headers.push([name, random.pick(['4', '15', '-3', 'abc', ''])])
      const [text, construct] = random.pick([
        [`req.hdr(${name}),add(1) 5 16`, 'add'], [`req.hdr(${name}),sub(5) lt 0`, 'sub'], [`req.hdr(${name}),mul(2) 30 8`, 'mul'], [`req.hdr(${name}),div(2) 7 2`, 'div'], [`req.hdr(${name}),mod(4) 3 0`, 'mod'],
        [`req.hdr(${name}),neg 3 -4`, 'neg'], [`req.hdr(${name}),odd`, 'odd'], [`req.hdr(${name}),even`, 'even'], [`req.hdr(${name}),bool`, 'bool'], [`req.hdr(${name}),not`, 'not'], [`req.hdr(${name}),and(1) 1`, 'and()'],
        [`req.hdr(${name}),length 1 2`, 'length'], [`req.hdr(${name}),length,iif(yes,no) -m str yes`, 'iif'],
      ] as const)
      count(`converter ${construct}`)
      return text
    }
    case 12: {
      const path = randomPath(random)
      targets.paths.push(path)
      const [text, construct] = random.pick([
        [`path,concat(-x) -m end x -x`, 'concat'], [`path,bytes(1,3) -m str ${path.slice(1, 4)}`, 'bytes'], [`path,ltrim(/) -m beg ${path.slice(1, 3)}`, 'ltrim'], [`path,rtrim(/) -m str ${path}`, 'rtrim'],
        ['src,ipmask(24) 127.0.0.0', 'ipmask'], ['src,ipmask(30),map_ip(%) -m found', 'ipmask'], [`path,field(1,/,2) -m str ${path.split('/').slice(0, 2).join('/')}`, 'field with count'],
        [`path,word(1,/,2) -m str ${path.slice(1).split('/').slice(0, 2).join('/')}`, 'word with count'], [`url_param(v,/) -m found`, 'url_param with delimiter'], ['url_param(y,;) 1', 'url_param with delimiter'],
      ] as const)
      if (text.includes('%')) break
      count(construct.startsWith('url') ? construct : `converter ${construct}`)
      return text.replace(' -x', ' y')
    }
    case 13: {
      const [text, construct] = random.pick([
        ['path_beg "$ORACLE_PATH"', 'environment variable'], ['path_beg "${ORACLE_PATH}/v1"', 'environment variable'], ['hdr(host) -i "${ORACLE_HOST}"', 'environment variable'],
        ['path_beg "${ORACLE_UNSET-/static}"', 'environment default'], ['path "${ORACLE_LIST[*]}"', 'environment list'], ["path '/$ORACLE_PATH'", 'single quotes'], ['path /$ORACLE_PATH', 'literal dollar'],
        ['path_beg /a\\pi /st"ati"c', 'quotes inside a word'], ["path_reg ^/v[0-9]+\\/ '/img$'", 'escapes'], ['path_sub \\x61pi', 'hex escape'], ['hdr(x-a) "alpha, beta" \'on/off\' a\\ b', 'quoted blanks'],
      ] as const)
      targets.paths.push('/api/v1', '/static', '/v1/x', '/img', '/$ORACLE_PATH')
      targets.headers.push(['x-a', random.pick(['a b', 'alpha, beta', 'on/off'])])
      count(construct)
      return text
    }
    default: break
  }
  const subject = subjectOf(context)
  const kind = random.pick(matchKinds)
  const patterns = (value: string): string[] => {
    const own = [value, ...(random.chance(0.4) ? [subject.construct.startsWith('path') ? randomPath(random) : random.pick(shortValues)] : [])]
    const texts = own.map(text => patternFor(random, kind, text)).filter(text => text !== '')
    return kind === 'len' ? (texts[0] ?? '1').split(' ') : texts.map(text => word(random, text))
  }
  const ignoreCase = kind !== 'len' && random.chance(0.25)
  const flags: string[] = []
  if (ignoreCase) {
    flags.push('-i')
    count('-i')
  }
  const withConverters = random.chance(0.25)
  const converted = withConverters ? convert(context, subject.value) : null
  let head: string
  if (converted !== null) {
    count(`converter ${converted.construct}`)
    head = subject.fetch + converted.text
    flags.push('-m', kind)
    count(`-m ${kind}`)
  } else if (kind !== 'str' && subject.suffixed !== null && random.chance(0.7)) {
    head = subject.suffixed(kind)
    count(`${subject.construct} ${kind}`)
  } else {
    head = subject.fetch
    if (kind !== 'str' || random.chance(0.3)) {
      flags.push('-m', kind)
      count(`-m ${kind}`)
    } else count(`${subject.construct} str`)
  }
  const list = patterns(converted?.value ?? subject.value)
  if (list.length === 0) list.push('x')
  if (kind !== 'len' && kind !== 'reg' && random.chance(0.12)) {
    const asMap = random.chance(0.2)
    const plain = list.map(text => text.replace(/^['"]|['"]$/g, ''))
    const file = context.addFile('lst', `# list\n${plain.map(text => (asMap ? `${text.replaceAll(' ', '_')} value` : text)).join('\n')}\n  /indented\n\n`)
    count('-f')
    if (asMap) {
      count('-M')
      flags.push('-M')
    }
    flags.push('-f', file)
    if (random.chance(0.5)) return `${head} ${flags.join(' ')}`
  }
  if (list.some(text => /^['"]?-/.test(text)) || random.chance(0.08)) {
    flags.push('--')
    count('--')
  }
  return [head, ...flags, ...list].join(' ')
}

const predefined = ['METH_GET', 'METH_POST', 'HTTP_1.1', 'HTTP_1.0', 'LOCALHOST', 'HTTP_URL_ABS', 'HTTP_URL_SLASH', 'TRUE', 'FALSE'] as const

export interface AclNames {
  /** Names declared so far, in order. */
  readonly declared: string[]
}

/** `acl` lines to put above a rule and the condition that follows it (`if …`, `unless …`, or nothing). */
export function randomCondition(context: ConditionContext, names: AclNames, always = false): { readonly lines: readonly string[]; readonly condition: string } {
  const { random, count } = context
  if (!always && random.chance(0.06)) return { lines: [], condition: '' }
  const lines: string[] = []
  const term = (): string => {
    const negated = random.chance(0.2)
    if (negated) count('!')
    const not = negated ? random.pick(['!', '! ']) : ''
    const choice = random.int(10)
    if (choice < 5) {
      count('anonymous acl')
      return `${not}{ ${randomTest(context)} }`
    }
    if (choice === 9) {
      count('predefined acl')
      return `${not}${random.pick(predefined)}`
    }
    if (choice >= 7 && names.declared.length > 0) {
      count('acl used again')
      return `${not}${random.pick(names.declared)}`
    }
    const same = names.declared.length > 0 && random.chance(0.25)
    const name = same ? random.pick(names.declared) : `acl${names.declared.length}`
    if (same) count('acl lines of one name')
    else names.declared.push(name)
    count('named acl')
    lines.push(`acl ${name} ${randomTest(context)}`)
    return not + name
  }
  const conjunction = (): string => {
    const first = term()
    if (!random.chance(0.3)) return first
    count('and')
    return `${first} ${term()}`
  }
  let condition = conjunction()
  if (random.chance(0.25)) {
    count('or')
    condition += ` ${random.pick(['or', '||'])} ${conjunction()}`
  }
  const unless = random.chance(0.12)
  if (unless) count('unless')
  return { lines, condition: `${unless ? 'unless' : 'if'} ${condition}` }
}
