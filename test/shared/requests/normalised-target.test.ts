import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentValue, escapedPath, normalisedHost, parseNormalisedTarget } from '#shared/requests/normalised-target.ts'

const targets: readonly (readonly [name: string, target: string, path: string | null, query?: string])[] = [
  ['a plain path stays', '/a/b', '/a/b'],
  ['the query is cut at the first question mark', '/a?b?c', '/a', 'b?c'],
  ['a fragment is cut', '/a#b?c', '/a'],
  ['a fragment behind the query is cut', '/a?b#c', '/a', 'b'],
  ['percent sequences are decoded once', '/%61%2541', '/a%41'],
  ['an encoded question mark is part of the path', '/a%3Fb', '/a?b'],
  ['an encoded slash is a slash', '/a%2Fb', '/a/b'],
  ['slashes are merged', '//a///b', '/a/b'],
  ['dot segments are resolved', '/a/./b/../c', '/a/c'],
  ['encoded dot segments are resolved', '/a/%2e%2E/c', '/c'],
  ['a dot segment at the end leaves a slash', '/a/b/..', '/a/'],
  ['more dots are a name', '/a/.../b', '/a/.../b'],
  ['climbing above the root is refused', '/../a', null],
  ['a broken percent sequence is refused', '/a%zz', null],
  ['a percent sign at the end is refused', '/a%', null],
  ['a NUL is refused', '/a%00', null],
  ['a blank is refused', '/a b', null],
  ['an asterisk is refused', '*', null],
  ['a URL is read behind its name', 'http://a.test/x?y', '/x', 'y'],
  ['a URL without a path is the root', 'http://a.test', '/'],
]

for (const [name, target, path, query = ''] of targets) {
  test(`target ${target}: ${name}`, () => {
    const parsed = parseNormalisedTarget(target)
    assert.deepEqual(parsed.ok ? [parsed.path, parsed.query] : null, path === null ? null : [path, query])
  })
}

const hosts: readonly (readonly [host: string, name: string | null])[] = [
  ['A.Test:80', 'a.test'], ['a.test.', 'a.test'], ['a.test.:8080', 'a.test'], ['a.test..', null], ['[::1]:80', '[::1]'], ['a b', null], ['a/b', null], [':80', null], ['', null], ['u@a.test', 'u@a.test'], ['a_b', 'a_b'],
]

for (const [host, name] of hosts) test(`Host ${host} is looked up as ${name ?? 'nothing: it is refused'}`, () => { assert.equal(normalisedHost(host), name) })

test('a decoded path is escaped as nginx 1.22 does', () => { assert.equal(escapedPath('/a b%?#"<~|é'), '/a%20b%25%3F%23%22%3C~%7C%E9') })

test('the first parameter of a name counts, in any case', () => {
  assert.equal(argumentValue('x=1&K=a&k=b', 'k', '&'), 'a')
  assert.equal(argumentValue('k', 'k', '&'), null)
  assert.equal(argumentValue('z=1; SID=abc', 'sid', ';'), 'abc')
})
