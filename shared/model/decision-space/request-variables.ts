import { complement, intersection } from '#shared/requests/languages/preimages.ts'
import { addressWord, anyAddress } from '#shared/requests/languages/addresses.ts'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import type { Language } from '#shared/requests/languages/language.ts'
import { integerLanguage } from '#shared/requests/languages/numbers.ts'
import { regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { formatIp, parseIp, type IpAddress } from '#shared/requests/ip.ts'
import type { Derived, Variable } from '#shared/requests/space/variable.ts'
import type { World } from '#shared/requests/space/world.ts'
import { invariant } from '#shared/diagnostics/invariant.ts'

/** Parts of a request that vary independently, with everything the product accepts there. */

function whole(pattern: string): Language {
  const made = regexLanguage(pattern, { ignoreCase: false, dialect: 'pcre', match: 'full' })
  invariant(made.ok, `the pattern ${pattern} is exact`)
  return made.language
}

const lazily = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

/** Bytes of a target: printable, without `#`. Source: H-H1-1 (route: `requestFault`). */
const pathDomain = lazily(() => whole('/[\\x21\\x22\\x24-\\x3e\\x40-\\x7e]*'))
const restDomain = lazily(() => whole('[\\x21\\x22\\x24-\\x3e\\x40-\\x7e]*'))
const schemeDomain = lazily(() => whole('[A-Za-z][A-Za-z0-9+.-]*'))
const queryDomain = lazily(() => whole('[\\x21\\x22\\x24-\\x7e]*'))
const parameterDomain = lazily(() => whole('[\\x21\\x22\\x24\\x25\\x27-\\x3a\\x3c-\\x3e\\x40-\\x7e]*'))
const argumentDomain = lazily(() => whole('[\\x21\\x22\\x24\\x25\\x27-\\x7e]*'))
/** One name or address with an optional port. Several names in one Host are assumed away, and said so. */
const hostDomain = lazily(() => whole('[\\x21\\x23-\\x2b\\x2d-\\x7e\\x80-\\xff]*'))
/** No upper case, port, or dot at the end; names with dots in a row are refused. */
const hostNameDomain = lazily(() => intersection([whole('[\\x21-\\x2e\\x30-\\x39\\x3b-\\x40\\x5c\\x5e-\\x7e\\x80-\\xff]+|\\[[0-9a-f:.]*\\]'), complement(whole('(?s).*\\.\\..*|.*\\.|.+\\[.*'))]))
/** Paths with a line end are left out, and that is said. */
const normalisedPathDomain = lazily(() => intersection([whole('(?s)/[^\\x00\\n]*'), complement(whole('(?s).*//.*|(?:.*/)?\\.\\.?(?:/.*)?'))]))
/** Paths that are sent as they are read, by a product that decodes and resolves them. */
const plainPathDomain = lazily(() => intersection([normalisedPathDomain(), whole("/[A-Za-z0-9/._~!$&'()*+,;=:@\\[\\]-]*")]))
const otherPathDomain = lazily(() => intersection([pathDomain(), complement(plainPathDomain())]))
/** Names with capitals or a port: without them they are the name that is looked up. */
const otherHostDomain = lazily(() => intersection([whole('[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*(?::[0-9]+)?'), complement(hostNameDomain())]))
const strangeHostDomain = lazily(() => intersection([hostDomain(), complement(hostNameDomain()), complement(otherHostDomain())]))
const methodDomain = lazily(() => whole("[!#$%&'*+.^_`|~0-9A-Za-z-]+"))
const quoted = '"(?:[^\\x00\\r\\n"\\\\]|\\\\[^\\x00\\r\\n])*'
const trimmed = lazily(() => whole('(?s)(?:[^ \\t](?:.*[^ \\t])?)?'))
/** One comma-separated element; quotes protect commas (H-ACL-9). */
const elementDomain = lazily(() => intersection([whole(`(?:[^\\x00\\r\\n,"]|${quoted}")*(?:${quoted}\\\\?)?`), trimmed()]))
const lineDomain = lazily(() => intersection([whole('[^\\x00\\r\\n]*'), trimmed()]))
const cookieDomain = lazily(() => intersection([whole(`(?:[^\\x00\\r\\n;,"]|${quoted}")*`), trimmed()]))
const portDomain = lazily(() => whole('[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]'))
const numberDomain = lazily(() => whole('0|[1-9][0-9]*'))
const nameDomain = lazily(() => whole('[\\x21-\\x7e]+'))

const addressOf = (text: string): string => {
  const ip = parseIp(text)
  invariant(ip !== null, `${text} is an address`)
  return addressWord(ip)
}

/** Host of requests that no condition ties to a name. */
export const anyHost = 'any.example'

export class RequestVariables {
  private readonly world: World
  private readonly readsTwice: boolean

  /** `readsTwice`: one side looks at targets as they are sent, the other as it reads them. */
  constructor(world: World, readsTwice: boolean) {
    this.world = world
    this.readsTwice = readsTwice
  }

  /** Absent: the target starts with `*`, or is a URL without a path. */
  get path(): Variable {
    return this.world.variable('path', () => ({ shape: 'single', optional: true, encoding: 'text', domain: pathDomain(), preferred: ['/'] }))
  }

  /** Without the `?`; absent: there is none. */
  get query(): Variable {
    return this.world.variable('query', () => ({ shape: 'single', optional: true, encoding: 'text', domain: queryDomain(), preferred: [] }))
  }

  get host(): Variable {
    return this.world.variable('host', () => ({ shape: 'single', optional: true, encoding: 'text', domain: hostDomain(), preferred: [anyHost] }))
  }

  /** Name of the target or the Host header as it is looked up; absent: there is none. */
  get hostName(): Variable {
    return this.world.variable('host-name', () => ({ shape: 'single', optional: true, encoding: 'text', domain: hostNameDomain(), preferred: [anyHost] }))
  }

  /** Path after decoding, with slashes merged and dot segments resolved. */
  get normalisedPath(): Variable {
    return this.world.variable('normalised-path', () => ({ shape: 'single', optional: false, encoding: 'text', domain: normalisedPathDomain(), preferred: ['/'] }))
  }

  /**
   * Whether the path (`path`) or Host (`host`) was sent as it is read: `plain`, or in some other way: `other`. Where both
   * ways of reading are compared, a Host is `other` with capitals or a port and else `strange`.
   */
  spelling(part: 'path' | 'host'): Variable {
    const ways = part === 'host' && this.readsTwice ? ['plain', 'other', 'strange'] : ['plain', 'other']
    return this.world.variable(`spelling:${part}`, () => ({ shape: 'single', optional: false, encoding: 'text', domain: literalLanguage('exact', ways, false), preferred: ways }))
  }

  /** The path as it was sent, where it is not sent as it is read; absent: the target starts with `*`. */
  get otherPath(): Variable {
    return this.world.variable('other-path', () => ({ shape: 'single', optional: true, encoding: 'text', domain: otherPathDomain(), preferred: ['//', '/./'] }))
  }

  /** The Host as it was sent, where it has capitals or a port. */
  get otherHost(): Variable {
    return this.world.variable('other-host', () => ({ shape: 'single', optional: false, encoding: 'text', domain: otherHostDomain(), preferred: [`${anyHost}:8080`] }))
  }

  /** The Host as it was sent, where it is spelled in any other way. */
  get strangeHost(): Variable {
    return this.world.variable('strange-host', () => ({ shape: 'single', optional: false, encoding: 'text', domain: strangeHostDomain(), preferred: [`${anyHost}.`] }))
  }

  get method(): Variable {
    const domain = (): Language => (this.readsTwice ? intersection([methodDomain(), complement(literalLanguage('exact', ['CONNECT'], false))]) : methodDomain())
    return this.world.variable('method', () => ({ shape: 'single', optional: false, encoding: 'text', domain: domain(), preferred: ['GET', 'POST'] }))
  }

  /** How the target is written: `origin` (`/x`) or `absolute` (`http://host/x`). */
  get form(): Variable {
    return this.world.variable('form', () => ({ shape: 'single', optional: false, encoding: 'text', domain: literalLanguage('exact', ['origin', 'absolute'], false), preferred: ['origin', 'absolute'] }))
  }

  /** Scheme of a target that is a whole URL; clients may write any (measured on 2.6). */
  get scheme(): Variable {
    return this.world.variable('target-scheme', () => ({ shape: 'single', optional: false, encoding: 'text', domain: schemeDomain(), preferred: ['http', 'https'] }))
  }

  /** What follows the `*` of a target without a path, up to the query; mostly nothing (measured on 2.6). */
  get rest(): Variable {
    return this.world.variable('target-rest', () => ({ shape: 'single', optional: false, encoding: 'text', domain: restDomain(), preferred: [''] }))
  }

  get httpVersion(): Variable {
    return this.world.variable('http-version', () => ({ shape: 'single', optional: false, encoding: 'text', domain: literalLanguage('exact', ['1.1', '1.0', '2.0', '3.0'], false), preferred: ['1.1', '1.0', '2.0', '3.0'] }))
  }

  header(name: string, split: 'comma' | 'line'): Variable {
    return this.world.variable(`header:${name}`, () => ({ shape: 'list', optional: true, encoding: 'text', domain: split === 'comma' ? elementDomain() : lineDomain(), preferred: [] }))
  }

  cookie(name: string): Variable {
    return this.world.variable(`cookie:${name}`, () => ({ shape: 'list', optional: true, encoding: 'text', domain: cookieDomain(), preferred: [] }))
  }

  parameter(name: string): Variable {
    return this.world.variable(`parameter:${name}`, () => ({ shape: 'list', optional: true, encoding: 'text', domain: parameterDomain(), preferred: [] }))
  }

  /** First value of a parameter whose name is in lower case here and in any case there. */
  argument(name: string): Variable {
    return this.world.variable(`argument:${name}`, () => ({ shape: 'single', optional: true, encoding: 'text', domain: argumentDomain(), preferred: [] }))
  }

  /** What a hash makes of the value `key`, which `derived` works out. */
  hash(key: string, derived: Derived): Variable {
    return this.world.variable(`hash:${key}`, () => ({ shape: 'single', optional: false, encoding: 'integer', domain: intersection([numberDomain(), integerLanguage([[0, derived.size - 1]])]), preferred: [], derived }))
  }

  get sourceIp(): Variable {
    return this.world.variable('source-ip', () => ({ shape: 'single', optional: false, encoding: 'address', domain: anyAddress, preferred: ['203.0.113.7', '198.51.100.7', '192.0.2.7', '10.0.0.7', '127.0.0.1'].map(addressOf) }))
  }

  get sourcePort(): Variable {
    return this.world.variable('source-port', () => ({ shape: 'single', optional: false, encoding: 'integer', domain: portDomain(), preferred: ['40000', '50000', '1024'] }))
  }

  get localIp(): Variable {
    return this.world.variable('local-ip', () => ({ shape: 'single', optional: false, encoding: 'address', domain: anyAddress, preferred: ['127.0.0.1', '192.0.2.1', '10.0.0.1'].map(addressOf) }))
  }

  /** The address of a listener that binds only one. */
  fixedIp(ip: IpAddress): Variable {
    const word = addressWord(ip)
    return this.world.variable(`local-ip ${formatIp(ip)}`, () => ({ shape: 'single', optional: false, encoding: 'address', domain: literalLanguage('exact', [word], false), preferred: [word] }))
  }

  /** `ports`: decimal numbers that the listener takes. */
  localPort(listener: string, ports: readonly string[]): Variable {
    return this.world.variable(`local-port:${listener}`, () => ({ shape: 'single', optional: false, encoding: 'integer', domain: literalLanguage('exact', ports, false), preferred: ports.slice(0, 4) }))
  }

  get sni(): Variable {
    return this.world.variable('sni', () => ({ shape: 'single', optional: true, encoding: 'text', domain: nameDomain(), preferred: [] }))
  }

  alpn(seen: 'terminated' | 'peeked', offered: readonly string[]): Variable {
    return seen === 'peeked'
      ? this.world.variable('alpn-peeked', () => ({ shape: 'list', optional: true, encoding: 'text', domain: nameDomain(), preferred: [] }))
      : this.world.variable(`alpn:${offered.join(',')}`, () => ({ shape: 'single', optional: true, encoding: 'text', domain: offered.length === 0 ? complement(whole('(?s).*')) : literalLanguage('exact', offered, false), preferred: [] }))
  }
}
