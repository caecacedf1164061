import { defaultRequest, type RequestInput } from '#shared/model/request.ts'
import type { Random } from '../haproxy/random.ts'

export interface Aims {
  readonly bindHost: string
  readonly bindPorts: readonly number[]
  readonly aims: readonly string[]
  readonly hosts: readonly string[]
}

const plainPaths = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/apix', '/api', '/api/', '/api/v1/z', '/api/v2/a.png', '/img/fast/1.jpg', '/img/x', '/sp%20ace/y', '/x', '/xx', '/old/1', '/new/', '/u/12', '/u/x', '/b/z', '/a.php', '/q/z/x', '/IMG/A.PNG', '/sp%20ace', '/img']
const queries = ['', '', '', '?', '?k=1', '?k=0', '?K=v&k=w', '?q', '?a?b', '?k=%2Fz', '?x=1&k=']
const plainHosts = ['a.test', 'www.a.test', 'x.y.a.test', 'b.test', 'q.b.test', 'www.zzz', 'w12.test', 'zzz', 'c.test', 'in.sub.a.test', 'foo.d.test', 'a.test2', 'api.q', 'abc.e', 'zzz.', 'a.test.']

export function randomRequests(random: Random, count: number, aims: Aims): readonly RequestInput[] {
  return Array.from({ length: count }, () => randomRequest(random, aims))
}

function randomRequest(random: Random, aims: Aims): RequestInput {
  const path = randomPath(random, aims) + random.pick(queries)
  const host = randomHost(random)
  const httpVersion = host === null || random.chance(0.05) ? '1.0' : '1.1'
  const headers: (readonly [string, string])[] = []
  if (random.chance(0.3)) headers.push(['X-V', random.pick(['v2', 'V2', 'v3', 's1', 'Tx', 'other', '', '10.0.0.4', '::1', '10.9.9.9', '::ffff:10.0.0.5', '::a00:4', '::10.0.0.4', '2002:a00:4::1', 's2', 'v2.', 'x.s1.', 't.', 't..', '.'])])
  if (random.chance(0.05)) headers.push(['X-Deny', '1'])
  if (random.chance(0.1)) headers.push(['Cookie', random.pick(['c=1', 'z=2; C=1', 'c=2', 'cc=1', 'c=7z'])])
  if (random.chance(0.05)) headers.push(['X_V', 'v2'])
  const absolute = random.chance(0.06) && path.startsWith('/')
  return {
    ...defaultRequest, listener: `${aims.bindHost}:${random.chance(0.8) ? (aims.bindPorts[0] ?? 0) : (aims.bindPorts[1] ?? 0)}`,
    method: random.pick(['GET', 'GET', 'GET', 'GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', ...(random.chance(0.05) ? ['TRACE', 'get', 'PURGE'] : [])]),
    host, path: absolute ? `http://${random.pick(['a.test', 'A.TEST:80', 'zzz', 'www.a.test'])}${path}` : path, httpVersion, headers,
    sourceIp: random.chance(0.2) ? '127.0.0.2' : '127.0.0.1', destinationIp: aims.bindHost,
  }
}

function randomPath(random: Random, aims: Aims): string {
  let path = random.chance(0.5) || aims.aims.length === 0 ? random.pick(plainPaths) : aimed(random, random.pick(aims.aims))
  if (random.chance(0.12)) path = path.replace('/', random.pick(['//', '/./', '/../', '/z/../', '/%2e/', '/%2E%2e/', '/%2F']))
  if (random.chance(0.1)) path = odd(random, path)
  if (random.chance(0.02)) path += `/${'l'.repeat(300)}`
  return path
}

/** A path near the text of a location or pattern. */
function aimed(random: Random, text: string): string {
  const plain = text.startsWith('/') ? text : `/${text.replace(/\(\?<?\w*>?|[\^$()\\?|[\]+*]/g, '').replace(/\.$/, '')}`
  const path = plain.replaceAll(' ', '%20')
  return random.pick([path, `${path}x`, `${path}/`, `${path}b/z`, path.replace(/\/$/, ''), path.toUpperCase(), `${path}a.png`, `${path}1`, path.slice(0, -1)]) || '/'
}

function odd(random: Random, path: string): string {
  const at = 1 + random.int(Math.max(1, path.length - 1))
  const code = path.charCodeAt(at)
  return random.pick([
    Number.isNaN(code) || path[at] === '%' ? path : `${path.slice(0, at)}%${code.toString(16)}${path.slice(at + 1)}`, `${path}%2Fx`, `${path}%3Fx`, `${path}%25`, `${path}%`, `${path}%zz`, `${path}%00`, `${path}#f`, `${path}+`, `${path}%C3%A9`, `${path}/..`, `${path}/.`, `${path}/../..`, `${path};p`, `${path}%0a`, `${path}"`, `${path}<{`, `${path}|^\\`, `${path}'~`, `${path}%7C`, `${path}é`, '*', 'x',
  ])
}

function randomHost(random: Random): string | null {
  const host = random.pick(plainHosts)
  if (random.chance(0.75)) return host
  return random.pick([host.toUpperCase(), `${host}:80`, `${host}.`, `${host}.:8080`, `${host}..`, '', 'a b', 'a/b', 'u@a.test', '[::1]:80', '127.0.0.1', '_', null, null, 'a.test,b.test'])
}
