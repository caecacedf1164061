import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromDeepLink, toOpenRequests } from '#electron/open-requests.ts'

const rows: readonly (readonly [name: string, link: string, paths: readonly string[]])[] = [
  ['a link with one absolute path opens it', 'steelyard://open?path=/etc/haproxy/haproxy.cfg', ['/etc/haproxy/haproxy.cfg']],
  ['a link with two paths opens both', 'steelyard://open?path=/a.cfg&path=/b.cfg', ['/a.cfg', '/b.cfg']],
  ['a Windows path is absolute', 'steelyard://open?path=C%3A%5Clb%5Cha.cfg', ['C:\\lb\\ha.cfg']],
  ['a relative path is ignored', 'steelyard://open?path=../secret', []],
  ['another verb is ignored', 'steelyard://restore?path=/etc/haproxy/haproxy.cfg', []],
  ['another scheme is ignored', 'https://open?path=/etc/passwd', []],
  ['a broken link is ignored', 'steelyard:%%%', []],
]
for (const [name, link, paths] of rows) {
  test(name, () => assert.deepEqual(fromDeepLink(link).map((input) => (input.kind === 'path' ? input.path : '')), paths))
}

test('switches and things that are no files are ignored among the arguments', () => {
  const inputs = toOpenRequests(['--inspect', '/no/such', '/a.cfg', 'steelyard://open?path=/b.cfg'], (path) => path === '/a.cfg')
  assert.deepEqual(inputs, [{ kind: 'path', path: '/a.cfg' }, { kind: 'path', path: '/b.cfg' }])
})
