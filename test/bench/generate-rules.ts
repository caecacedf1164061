import { seededRandom, type Random } from '#test/oracle/haproxy/random.ts'

/** Two configs and the files that they name. */
export interface ConfigPair {
  readonly before: string
  readonly after: string
  readonly sides: ReadonlyMap<string, string>
}

/** One `use_backend` line: conditions joined by `and`, and another way to hold. */
interface Rule {
  readonly pool: number
  readonly host: string
  readonly tests: readonly string[]
  readonly or: readonly string[] | null
}

export const edits = ['none', 'reformatted', 'one', 'hundred', 'global', 'reordered', 'all'] as const
export type Edit = (typeof edits)[number]

const words = ['api', 'img', 'auth', 'shop', 'static', 'v1', 'v2', 'search', 'cart', 'admin']

function hostTest(random: Random, number: number): string {
  const share = random.int(100)
  if (share < 85) return `{ hdr(host) -i h${number}.example.com }`
  if (share < 93) return `{ hdr(host) -i h${number}.example.com www.h${number}.example.com }`
  if (share < 98) return `{ hdr_end(host) -i .w${number}.example.net }`
  return `{ hdr_reg(host) -i ^[a-z0-9-]+-r${number}\\.example\\.org$ }`
}

function ruleTests(random: Random): { readonly tests: readonly string[]; readonly or: readonly string[] | null } {
  const share = random.int(100)
  const path = (): string => `/${random.pick(words)}${random.int(30)}`
  const prefix = `{ path_beg ${path()}/ }`
  if (share < 68) return { tests: [prefix], or: null }
  if (share < 78) return { tests: [`{ path ${path()} }`], or: null }
  if (share < 83) return { tests: [`{ path_reg ^${path()}/[0-9]+(/|$) }`], or: null }
  if (share < 88) return { tests: [prefix, `{ hdr(x-${random.pick(['canary', 'tenant', 'plan'])}) ${random.pick(['on', 'a', 'b'])} }`], or: null }
  if (share < 92) return { tests: [prefix, `!{ src 10.${random.int(200)}.0.0/16 192.168.${random.int(200)}.0/24 }`], or: null }
  if (share < 95) {
    const outer = path()
    return { tests: [`{ path_beg ${outer}/ }`, `!{ path_beg ${outer}/${random.pick(words)}/ }`], or: null }
  }
  if (share < 98) return { tests: [prefix, `{ method ${random.pick(['GET', 'POST', 'PUT'])} }`], or: null }
  return { tests: [prefix], or: [`{ path ${path()} }`] }
}

/** The mix of reference/behavioural-diff.md §7. The same count and seed give the same rules. */
function makeRules(count: number, seed: number): readonly Rule[] {
  const random = seededRandom(seed)
  const pools = poolCount(count)
  const rules: Rule[] = []
  const tail = Math.floor(count / 200)
  for (let host = 1; rules.length < count - tail; host += 1) {
    const test = hostTest(random, host)
    for (let left = 2 + random.int(7); left > 0 && rules.length < count - tail; left -= 1) rules.push({ pool: rules.length % pools, host: test, ...ruleTests(random) })
  }
  for (let index = 0; index < tail; index += 1) rules.push({ pool: index % pools, host: '', tests: [index % 10 === 0 ? `{ path_reg \\.(t${index}|u${index})$ }` : `{ path_reg ^/old${index}/.+ }`], or: null })
  return rules
}

const poolCount = (count: number): number => Math.max(10, Math.floor(count / 5))

function lineOf({ pool, host, tests, or }: Rule): string {
  const conditions = (list: readonly string[]): string => [host, ...list].filter((part) => part !== '').join(' ')
  return `    use_backend b${pool} if ${conditions(tests)}${or === null ? '' : ` or ${conditions(or)}`}`
}

function textOf(rules: readonly Rule[], pools: number, head: readonly string[] = []): string {
  const parts = [
    'global\n    maxconn 10000\n\ndefaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n\nfrontend web\n    bind 127.0.0.1:18080\n',
    '    http-request deny if { path_beg /.git /.env }\n    http-request deny if { src 203.0.113.64/26 } !{ path_beg /public/ }\n',
    '    http-request redirect location /moved code 302 if { path /old }\n    http-request deny deny_status 429 if { hdr(x-blocked) 1 }\n',
    ...head.map((line) => `${line}\n`),
  ]
  for (const rule of rules) parts.push(`${lineOf(rule)}\n`)
  parts.push('    default_backend b0\n\n')
  for (let pool = 0; pool < pools; pool += 1) parts.push(`backend b${pool}\n    server s1 10.${(pool >> 16) & 255}.${(pool >> 8) & 255}.${pool & 255}:80\n\n`)
  return parts.join('')
}

/** A prefix instead of a whole path or a pattern, a shorter one instead of a prefix. */
function widened(test: string): string {
  return `{ path_beg ${/\/[a-z0-9]{2}/.exec(test)?.[0] ?? '/'} }`
}

/** Outcome, delete, insert, move, one more condition, one condition less; a sixth each. */
function edited(rules: readonly Rule[], count: number, seed: number): readonly Rule[] {
  const random = seededRandom(seed)
  const pools = poolCount(rules.length)
  const list = [...rules]
  for (let left = count; left > 0; left -= 1) {
    const at = random.int(list.length)
    const rule = list[at] as Rule
    // Rules of no host take what is left over; only their pool changes, so that an edit stays a small one.
    switch (rule.host === '' ? 0 : random.int(6)) {
      case 0: list[at] = { ...rule, pool: (rule.pool + 1 + random.int(pools - 1)) % pools }; break
      case 1: list.splice(at, 1); break
      case 2: list.splice(at, 0, { pool: random.int(pools), host: rule.host, ...ruleTests(random) }); break
      case 3: list.splice(Math.max(0, at - random.int(10)), 0, ...list.splice(at, 1)); break
      case 4: list[at] = { ...rule, tests: [...rule.tests, '{ hdr(x-new) yes }'] }; break
      case 5: list[at] = { ...rule, tests: rule.tests.length > 1 ? rule.tests.slice(0, -1) : [widened(rule.tests[0] as string)] }; break
    }
  }
  return list
}

/** Comments, empty lines, indentation and quotes; nothing that a balancer reads. */
function reformatted(text: string): string {
  return text.split('\n').map((line, index) => (line.startsWith('    ') ? `\t${line.trim().replace(/ (if|or) /g, '   $1 ')}${index % 3 === 0 ? ` # rule of line ${index}` : ''}` : line)).join('\n').replace(/^backend /gm, '# the next pool\n\nbackend ')
}

/** Neighbouring hosts change places; their rules cannot meet. */
function reordered(rules: readonly Rule[]): readonly Rule[] {
  const runs: (readonly Rule[])[] = []
  let run: Rule[] = []
  let block: Rule[][] = []
  const close = (): void => {
    if (run.length > 0) block.push(run)
    run = []
  }
  const flush = (): void => {
    close()
    runs.push(block.reverse().flat())
    block = []
  }
  for (const rule of rules) {
    if (!rule.host.includes('{ hdr(host)')) {
      flush()
      runs.push([rule])
      continue
    }
    if (run.length > 0 && run[0]?.host !== rule.host) close()
    run.push(rule)
  }
  flush()
  return runs.flat()
}

export function generateRules(count: number, edit: Edit, seed = 5): ConfigPair {
  const rules = makeRules(count, seed)
  const pools = poolCount(count)
  const before = textOf(rules, pools)
  const after = ((): string => {
    switch (edit) {
      case 'none': return before
      case 'reformatted': return reformatted(before)
      case 'one': return textOf(edited(rules, 1, seed + 1), pools)
      case 'hundred': return textOf(edited(rules, 100, seed + 1), pools)
      case 'global': return textOf(rules, pools, ['    use_backend b1 if { path_reg \\.(png|jpg|css)$ }'])
      case 'reordered': return textOf(reordered(rules), pools)
      case 'all': return textOf(rules.map((rule) => ({ ...rule, pool: (rule.pool + 1) % pools })), pools)
    }
  })()
  return { before, after, sides: new Map() }
}
