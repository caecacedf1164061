import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { isInclude } from '../expand.ts'
import type { Directive, Word } from '../tree.ts'
import type { Level } from './contexts.ts'
import { refuse } from './report.ts'

/** Lines of `map`, `geo` and `split_clients` that nginx refuses. Source: N-MAP-3, N-SC-1 to 3. */
export function checkTables(levels: readonly Level[], findings: Diagnostic[]): void {
  for (const level of levels) {
    for (const directive of level.telling) {
      if (directive.block === null) continue
      const name = directive.name.value
      if (name === 'map') checkMap(directive, findings)
      else if (name === 'geo') checkLines(directive, 2, geoAlone, findings)
      else if (name === 'split_clients') checkShares(directive, findings)
    }
  }
}

const mapAlone = new Set(['hostnames', 'volatile'])
const geoAlone = new Set(['ranges', 'proxy_recursive', 'volatile'])

/** Every line has `count` words, except those of one word in `alone`, and includes. */
function checkLines(table: Directive, count: number, alone: ReadonlySet<string>, findings: Diagnostic[]): readonly Directive[] {
  const variable = table.args.at(-1)?.value ?? ''
  return (table.block?.directives ?? []).filter((line) => {
    if (isInclude(line) || (line.args.length === 0 && alone.has(line.name.value))) return false
    if (line.args.length + 1 === count && line.block === null) return true
    refuse(findings, { code: 'nginx/table-line', why: `a line of ${table.name.value} ${variable} must be a value and what it gives, two words and a ';'`, at: line.span, names: [variable, line.name.value] })
    return false
  })
}

function checkMap(map: Directive, findings: Diagnostic[]): void {
  const variable = map.args[1]?.value ?? ''
  const first = new Map<string, Word>()
  let hostnames = false
  for (const line of map.block?.directives ?? []) if (line.args.length === 0 && line.name.value === 'hostnames') hostnames = true
  for (const line of checkLines(map, 2, mapAlone, findings)) {
    const keys = mapKeys(line.name.value, hostnames)
    const earlier = keys.map((key) => first.get(key)).find((one) => one !== undefined)
    if (earlier === undefined) for (const key of keys) first.set(key, line.name)
    else {
      refuse(findings, {
        code: 'nginx/duplicate-map-key', why: `'${line.name.value}' stands twice in map ${variable}; upper and lower case count as the same`, at: line.name.span, names: [variable, ...keys], source: 'N-MAP-3',
        related: [{ at: earlier.span, message: `First '${earlier.value}'` }],
      })
    }
  }
}

/** Keys under which nginx keeps a line: `.x` stands for `x` and `*.x`. A regular expression has none, as it may stand twice. */
function mapKeys(value: string, hostnames: boolean): readonly string[] {
  if (value.startsWith('~')) return []
  if (value.startsWith('\\')) return [value.slice(1).toLowerCase()]
  if (value === 'default') return [' default']
  const key = value.toLowerCase()
  return hostnames && key.startsWith('.') ? [key.slice(1), `*${key}`] : [key]
}

function checkShares(split: Directive, findings: Diagnostic[]): void {
  const variable = split.args[1]?.value ?? ''
  let total = 0
  for (const line of split.block?.directives ?? []) {
    const share = line.name.value
    if (line.args.length !== 1 || line.block !== null) {
      refuse(findings, { code: 'nginx/table-line', why: `a line of split_clients ${variable} must be a share and a value`, at: line.span, names: [variable, share] })
      continue
    }
    if (share === '*') continue
    const found = /^(\d*)(?:\.(\d{0,2}))?%$/.exec(share)
    const hundredths = found === null ? 0 : Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
    total += hundredths
    if (hundredths === 0) refuse(findings, { code: 'nginx/share-invalid', why: `'${share}' is no share: it must be a percentage above 0 with at most two decimals, such as 0.5%`, at: line.name.span, names: [variable, share], source: 'N-SC-1' })
    else if (total > 10_000 && total - hundredths <= 10_000) refuse(findings, { code: 'nginx/shares-over-100', why: `the shares of split_clients ${variable} add up to more than 100 %`, at: line.name.span, names: [variable], source: 'N-SC-2' })
  }
}
