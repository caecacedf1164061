import type { Transform, ValueType } from '#shared/model/predicate.ts'
import type { LookupTable } from '#shared/model/routing-model.ts'
import { parseInteger } from './values.ts'

export interface ConverterValue {
  readonly transforms: readonly Transform[]
  readonly type: ValueType
}

/** A map file the converter looks into; the caller loads it. */
export interface MapConverter {
  readonly lookup: LookupTable['lookup']
  readonly path: string
  readonly fallback: string | null
  readonly type: ValueType
}

const arithmetic = new Set(['add', 'sub', 'mul', 'div', 'mod', 'and', 'or', 'xor'])
const unary = new Set(['neg', 'not', 'bool', 'odd', 'even', 'cpl'])

/** Delimiters of `field` and `word`: each character is one; empty means a comma was meant and split away. */
function delimitersOf(text: string | undefined): string {
  return text === undefined || text === '' ? ',' : text
}

/** Null: not modelled. `release` is major times 100 plus minor. */
export function buildConverter(name: string, args: readonly string[], type: ValueType, release: number): ConverterValue | null {
  const one = (transform: Transform, to: ValueType = 'string'): ConverterValue => ({ transforms: [transform], type: to })
  if (arithmetic.has(name)) {
    const operand = args[0]
    if (operand === undefined || args.length > 1) return null
    const number = parseInteger(operand)
    if (number === null && !/^(?:proc|sess|txn|req|res|check)\.[A-Za-z0-9_.]+$/.test(operand)) return null
    return one({ kind: 'arithmetic', operator: name as 'add', operand: number ?? { variable: operand } }, 'integer')
  }
  if (unary.has(name)) return one({ kind: 'arithmetic', operator: name as 'neg', operand: null }, name === 'neg' || name === 'cpl' ? 'integer' : 'boolean')
  switch (name) {
    case 'lower': return one({ kind: 'lower' })
    case 'upper': return one({ kind: 'upper' })
    case 'field': case 'word': {
      const index = parseInteger(args[0])
      const count = args[2] === undefined ? 1 : parseInteger(args[2])
      if (index === null || count === null || args.length > 3) return null
      return one({ kind: name, index, delimiters: delimitersOf(args[1]), count })
    }
    case 'regsub': {
      const [pattern, replacement, flags] = args
      if (pattern === undefined || replacement === undefined || args.length > 3) return null
      return one({ kind: 'regsub', pattern, replacement, ignoreCase: flags?.includes('i') ?? false, global: flags?.includes('g') ?? false })
    }
    case 'url_dec': return one({ kind: 'url-decode', inForm: args[0] !== undefined && args[0] !== '' && args[0] !== '0' })
    case 'host_only': return release >= 205 ? one({ kind: 'host-only' }) : null
    case 'port_only': return release >= 205 ? one({ kind: 'port-only' }, 'integer') : null
    case 'concat': return one({ kind: 'concat', before: args[0] ?? '', variable: args[1] === undefined || args[1] === '' ? null : args[1], after: args[2] ?? '' })
    case 'strcmp': return args[0] === undefined ? null : one({ kind: 'string-compare', variable: args[0] }, 'integer')
    case 'length': return one({ kind: 'length' }, 'integer')
    case 'iif': return args.length === 2 ? one({ kind: 'choose', whenTrue: args[0] as string, whenFalse: args[1] as string }) : null
    case 'ipmask': {
      const bits4 = maskBits(args[0], 32)
      const bits6 = args[1] === undefined ? 128 : maskBits(args[1], 128)
      return bits4 === null || bits6 === null ? null : one({ kind: 'ip-mask', bits4, bits6 }, 'ip')
    }
    case 'bytes': {
      const offset = parseInteger(args[0])
      const length = args[1] === undefined ? null : parseInteger(args[1])
      return offset === null || offset < 0 || (args[1] !== undefined && length === null) ? null : one({ kind: 'substring', offset, length }, type === 'binary' ? 'binary' : 'string')
    }
    case 'ltrim': case 'rtrim': return args[0] === undefined || args[0] === '' ? null : one({ kind: 'trim', side: name === 'ltrim' ? 'left' : 'right', characters: args[0] })
    case 'debug': return { transforms: [], type }
    default: return null
  }
}

function maskBits(text: string | undefined, most: 32 | 128): number | null {
  if (text === undefined) return null
  if (/^\d{1,3}$/.test(text)) return Number(text) <= most ? Number(text) : null
  if (most === 128 || !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return null
  const bits = text.split('.').map((part) => Number(part).toString(2).padStart(8, '0')).join('')
  return /^1*0*$/.test(bits) ? bits.indexOf('0') === -1 ? 32 : bits.indexOf('0') : null
}

const lookups: Readonly<Record<string, LookupTable['lookup']>> = {
  map: 'exact', map_str: 'exact', map_beg: 'prefix', map_sub: 'substring', map_dir: 'path-part', map_dom: 'domain-part', map_end: 'suffix',
  map_reg: 'regex', map_int: 'integer', map_ip: 'network', map_len: 'length',
}

/** `map_METHOD[_TYPE](file[,default])`; null: no map converter this model knows. */
export function mapConverter(name: string, args: readonly string[]): MapConverter | null {
  if (!name.startsWith('map')) return null
  const path = args[0]
  if (path === undefined || path === '') return null
  const fallback = args[1] ?? null
  const whole = lookups[name]
  if (whole !== undefined) return { lookup: whole, path, fallback, type: 'string' }
  const typed = /^(map_[a-z]+)_(str|int|ip)$/.exec(name)
  const lookup = typed === null ? undefined : lookups[typed[1] as string]
  if (typed === null || lookup === undefined) return null
  return { lookup, path, fallback, type: typed[2] === 'int' ? 'integer' : typed[2] === 'ip' ? 'ip' : 'string' }
}
