import { requestFault } from '#shared/analyses/route/request-state.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import type { Random } from '#test/oracle/haproxy/random.ts'
import { smallHosts, smallMethods } from './behaviour-configs.ts'

export interface SentRequest {
  readonly input: RequestInput
  /** Port it is sent to. */
  readonly port: number
}

interface BoundaryOptions {
  readonly random: Random
  /** Everything that the two configs say, side files included. */
  readonly texts: readonly string[]
  readonly bindHost: string
  readonly ports: readonly number[]
  /** Requests at most; a larger product is drawn from. */
  readonly cap: number
}

const otherCase = (text: string): string => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase())

/** A literal, one byte more, one byte less, the other case, and siblings that share its beginning. */
function neighbours(text: string): readonly string[] {
  return [text, `${text}x`, text.slice(0, -1), otherCase(text)]
}

function pathValues(whole: string): readonly string[] {
  const literals = new Set<string>(['/', '/b/a.js', '/A/b'])
  for (const match of whole.matchAll(/(?<![\w.])\^?(\/[A-Za-z/.]*|\\?\.js|(?<=_(?:sub|dir|end) (?:-i )?)[a-z/]+)/g)) {
    const text = (match[1] ?? '').replace(/[\\^]/g, '')
    if (!text.endsWith('.map')) literals.add(text.startsWith('/') ? text : `/x${text.startsWith('.') ? '' : '/'}${text}`)
  }
  const values = [...literals].flatMap((text) => [...neighbours(text), `${text}/b`, `${text.replace(/\/[^/]*$/, '')}/c`, `/x${text}`])
  return ['*', '*x', '*/a', 'http://a.test/a', 'https://a.test/a', 'http://a.test', ...new Set(values.map((text) => (text.startsWith('/') ? text : `/${text}`)))]
}

function hostValues(whole: string): readonly (string | null)[] {
  const literals = smallHosts.filter((host) => whole.includes(host))
  if (!whole.includes('host')) return ['any.example']
  return [...new Set(['any.example', ...literals.flatMap((host) => [...neighbours(host), `x.${host}`, `x${host}`, `${host}:8080`, `${host}:`])]), null]
}

/** Values of one field, only the plain one where the configs never look at it. */
function whereRead<T>(whole: string, word: RegExp, plain: T, values: readonly T[]): readonly T[] {
  return word.test(whole) ? [plain, ...values] : [plain]
}

type HeaderLines = readonly (readonly [name: string, value: string])[]

/** The finite product of all boundary values, or `cap` different members of it at random. */
export function boundaryRequests({ random, texts, bindHost, ports, cap }: BoundaryOptions): readonly SentRequest[] {
  const whole = texts.join('\n')
  const named = (name: string, values: readonly string[]): readonly HeaderLines[] => values.map((value) => [[name, value]])
  const fields = [
    hostValues(whole), pathValues(whole),
    whereRead<string | null>(whole, /url_?p|query/, null, ['v=1', 'v=2', 'v=', 'v', 'v=1x', 'v=11', 'V=1', 'w=1', 'v=2&v=1', '', 'v=beta']),
    whereRead<string>(whole, /method/, 'GET', [...smallMethods.slice(1), 'get', 'OPTIONS']),
    whereRead<HeaderLines>(whole, /x-a|X-A/i, [], [...named('x-a', ['1', '1x', '', 'beta', 'Beta', 'be', '1, beta', 'c,1', '/a', 'b1', 'b2x', 'on', '2']), [['X-A', '2'], ['x-a', '1']]]),
    whereRead<HeaderLines>(whole, /x-b/, [], named('x-b', ['on', 'on2', '', 'ON', 'n', 'off, on'])),
    whereRead<HeaderLines>(whole, /sid/, [], named('cookie', ['sid=aa', 'sid=aax', 'sid=a', 'sid=AA', 'sid=; x=1', 'k=aa', 'SID=aa', 'sid=cc; sid=bb', 'sid=b1'])),
    whereRead<string>(whole, /\bsrc /, '127.0.0.1', ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6', '127.1.2.3']),
    ports,
  ] as const
  const size = fields.reduce((product, values) => product * values.length, 1)
  const at = (index: number): SentRequest | null => {
    let rest = index
    const choose = <T>(values: readonly T[]): T => {
      const value = values[rest % values.length] as T
      rest = Math.floor(rest / values.length)
      return value
    }
    const [host, path, query, method, first, second, cookie, sourceIp, port] = [choose(fields[0]), choose(fields[1]), choose(fields[2]), choose(fields[3]), choose(fields[4]), choose(fields[5]), choose(fields[6]), choose(fields[7]), choose(fields[8])]
    const input: RequestInput = {
      ...defaultRequest, listener: `${bindHost}:${port}`, host: /^https?:/.test(path) ? 'a.test' : host, path: query === null ? path : `${path}?${query}`,
      method, headers: [...first, ...second, ...cookie], sourceIp, httpVersion: random.chance(0.03) ? '1.0' : '1.1',
    }
    return requestFault(input) === null ? { input, port } : null
  }
  const chosen = size <= cap ? Array.from({ length: size }, (_, index) => index) : [...new Set(Array.from({ length: cap }, () => random.int(size)))]
  return chosen.flatMap((index) => at(index) ?? [])
}
