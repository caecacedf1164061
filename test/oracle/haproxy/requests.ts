import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import { hostNames, randomPath, type Targets } from './conditions.ts'
import type { Random } from './random.ts'

export interface AimedRequest {
  readonly input: RequestInput
  readonly port: number
}

/** Requests at and around the literals of a config. */
export function randomRequests(options: { readonly random: Random; readonly count: number; readonly targets: Targets; readonly host: string; readonly ports: readonly number[] }): readonly AimedRequest[] {
  const { random, targets } = options
  return Array.from({ length: options.count }, () => {
    const port = random.chance(0.8) ? (options.ports[0] ?? 0) : random.pick(options.ports)
    const host = randomHost(random, targets)
    const path = randomTarget(random, targets, host)
    const headers: [string, string][] = []
    for (let count = random.int(3); count > 0; count -= 1) {
      if (targets.headers.length > 0 && random.chance(0.85)) {
        const [name, value] = random.pick(targets.headers)
        headers.push([random.chance(0.2) ? name.toUpperCase() : name, bend(random, value)])
      } else headers.push([random.pick(['x-a', 'x-b', 'x-list']), random.pick(['1', 'beta', 'alpha, beta', '"alpha, beta"', '', 'Beta', 'a,,b', '15'])])
    }
    const cookie = randomCookies(random, targets)
    if (cookie !== null) headers.push(['Cookie', cookie])
    if (random.chance(0.02)) headers.push(['Host', random.chance(0.5) ? (host ?? 'a.test') : 'other.test'])
    const input: RequestInput = {
      ...defaultRequest, listener: `${options.host}:${port}`, host, path, headers,
      method: random.chance(0.7) ? 'GET' : random.pick(['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PURGE', 'get']),
      httpVersion: random.chance(0.06) ? '1.0' : '1.1',
      sourceIp: random.chance(0.75) ? '127.0.0.1' : random.pick(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.1.2.3']),
    }
    return { input, port }
  })
}

function randomHost(random: Random, targets: Targets): string | null {
  if (random.chance(0.04)) return null
  if (random.chance(0.02)) return ''
  const host = targets.hosts.length > 0 && random.chance(0.7) ? random.pick(targets.hosts) : random.pick(hostNames)
  switch (random.int(14)) {
    case 0: return host.toUpperCase()
    case 1: return `${host}:8080`
    case 2: return `${host}.`
    case 3: return `sub.${host}`
    case 4: return `x${host}`
    case 5: return `${host}.evil.com`
    case 6: return host.slice(1) === '' ? host : host.slice(1)
    case 7: return random.chance(0.3) ? `${host}, b.test` : host
    default: return host
  }
}

function randomTarget(random: Random, targets: Targets, host: string | null): string {
  if (random.chance(0.015)) return '*'
  if (random.chance(0.015)) return random.pick(['/a#b', '/a b', 'noslash', '/%00', '/\u00e9'])
  let path = targets.paths.length > 0 && random.chance(0.8) ? random.pick(targets.paths) : randomPath(random)
  switch (random.int(16)) {
    case 0: path += '/'; break
    case 1: path += 'x'; break
    case 2: path = path.slice(0, -1); break
    case 3: path = path.toUpperCase(); break
    case 4: path = `/${path}`; break
    case 5: path = `/z/..${path}`; break
    case 6: path = path.replace(/\/([a-z])/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`); break
    case 7: path = `${path}/more/img`; break
    case 8: path = `/pre${path}`; break
    case 9: path = path.replace(/(.)\//, '$1%2F'); break
    case 10: path = `${path}//./x`; break
    default: break
  }
  if (!path.startsWith('/')) path = `/${path}`
  const parameters: string[] = []
  for (let count = random.chance(0.35) ? 1 + random.int(2) : 0; count > 0; count -= 1) {
    if (targets.parameters.length > 0 && random.chance(0.8)) {
      const [name, value] = random.pick(targets.parameters)
      parameters.push(random.pick([`${name}=${value}`, `${name}=${value}`, `${name}=${bend(random, value).replace(/[^A-Za-z0-9/._-]/g, '')}`, name, `${name}=`, `${name.toUpperCase()}=${value}`, `x${name}=${value}`, `${name}=%31`]))
    } else parameters.push(random.pick(['v=1', 'w', 'id=aa', 'q=a+b', 'id=%61a']))
  }
  if (parameters.length > 0) path += (path.includes('?') ? '&' : '?') + parameters.join(random.pick(['&', '&', ';']))
  else if (random.chance(0.05)) path += '?'
  if (random.chance(0.05)) {
    const authority = host === null || host === '' || /[ ,]/.test(host) ? 'a.test' : host
    return random.pick([`http://${authority}${path}`, `http://${authority}${path}`, `http://${authority.replace(/:.*/, '')}:80${path}`, `http://other.test${path}`])
  }
  return path
}

function randomCookies(random: Random, targets: Targets): string | null {
  if (targets.cookies.length === 0 ? !random.chance(0.1) : !random.chance(0.45)) return null
  const one = (): string => {
    const [name, value] = targets.cookies.length > 0 && random.chance(0.85) ? random.pick(targets.cookies) : random.pick([['sid', 'aa'], ['k', '1'], ['group', 'blue']] as const)
    switch (random.int(8)) {
      case 0: return `${name.toUpperCase()}=${value}`
      case 1: return `${name}=`
      case 2: return name
      case 3: return `${name}="${value.replaceAll('"', '')}"`
      default: return `${name}=${value}`
    }
  }
  return Array.from({ length: 1 + random.int(3) }, one).join(random.pick(['; ', ';', '; ']))
}

/** A neighbour of a header or parameter value. */
function bend(random: Random, value: string): string {
  switch (random.int(10)) {
    case 0: return value.toUpperCase()
    case 1: return `${value}x`
    case 2: return `${value}, alpha`
    case 3: return `alpha,${value}`
    case 4: return ''
    case 5: return value.slice(0, -1)
    default: return value
  }
}
