import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiLower, fromBytes, lowerBytes, toBytes } from '#shared/requests/bytes.ts'
import {
  containsPart, cookieValues, domainDelimiters, fieldOf, headerElements, hostOnly, leadingInteger, pathDelimiters, portOnly, queryParameterValues, splitTarget, urlDecode, wordOf,
} from '#shared/requests/http-values.ts'
import { formatIp, inNetwork, otherFamily, parseIp, parseNetwork } from '#shared/requests/ip.ts'
import { normalizeUri } from '#shared/requests/normalize-uri.ts'

test('header lines fall into elements at commas outside quotes', () => {
  assert.deepEqual(headerElements('alpha, beta'), ['alpha', 'beta'])
  assert.deepEqual(headerElements('"alpha, beta" , c'), ['"alpha, beta"', 'c'])
  assert.deepEqual(headerElements('a,,b,'), ['a', '', 'b', ''])
  assert.deepEqual(headerElements('"a\\", b", c'), ['"a\\", b"', 'c'])
  assert.deepEqual(headerElements(''), [''])
})

test('cookies are found by their exact name, an empty one only before another', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['sid=a', 'sid', ['a']], ['SID=a', 'sid', []], ['x=1;sid=a', 'sid', ['a']], ['sid=b; sid=a', 'sid', ['b', 'a']], ['sid="a"', 'sid', ['"a"']], ['k=', 'k', []], ['k=; x=1', 'k', ['']], ['k', 'k', []],
    ['a = b c ; d=e', 'a', ['b c']], ['$k=1; k=2', '$k', []], ['sid="a;b"; k=1', 'k', ['1']],
  ]
  for (const [text, name, values] of rows) assert.deepEqual(cookieValues(text, name), values, text)
})

test('query parameters need their = and end at & ; or the delimiter', () => {
  const rows: readonly (readonly [string, string, string, readonly string[]])[] = [
    ['/?v=2', 'v', '?', ['2']], ['/?v=1&v=2', 'v', '?', ['1', '2']], ['/?V=2', 'v', '?', []], ['/?w', 'w', '?', []], ['/?w=', 'w', '?', ['']], ['/?xv=2', 'v', '?', []], ['/?a;y=1', 'y', '?', ['1']],
    ['/;y=1', 'y', ';', ['1']], ['/?a=1?b=2', 'b', '?', ['2']], ['/', 'v', '?', []],
  ]
  for (const [target, name, delimiter, values] of rows) assert.deepEqual(queryParameterValues(target, name, delimiter), values, target)
})

test('delimited parts match between borders only', () => {
  const rows: readonly (readonly [string, string, string, boolean])[] = [
    ['/a/admin/b', 'admin', pathDelimiters, true], ['/administrator', 'admin', pathDelimiters, false], ['/x/admin', '/admin/', pathDelimiters, true], ['/a/usr/lib/c', 'usr/lib', pathDelimiters, true],
    ['/ax/y', 'x/y', pathDelimiters, false], ['x.d.test', 'd.test', domainDelimiters, true], ['d.test:99', 'd.test', domainDelimiters, true], ['d.test.evil.com', 'd.test', domainDelimiters, true],
    ['xd.test', 'd.test', domainDelimiters, false], ['/', '/', pathDelimiters, false], ['aa/a', 'a', pathDelimiters, true],
  ]
  for (const [text, pattern, delimiters, expected] of rows) assert.equal(containsPart(text, pattern, delimiters), expected, `${pattern} in ${text}`)
})

test('fields and words count from either end', () => {
  assert.equal(fieldOf('/api/x', 2, '/', 1), 'api')
  assert.equal(fieldOf('/api/x', 1, '/', 1), '')
  assert.equal(fieldOf('/api/x', 4, '/', 1), null)
  assert.equal(fieldOf('/api/x', -1, '/', 1), 'x')
  assert.equal(fieldOf('a-b-c-d', 2, '-', 2), 'b-c')
  assert.equal(fieldOf('a-b-c-d', 2, '-', 0), 'b-c-d')
  assert.equal(fieldOf('a-b-c-d', -2, '-', 2), 'b-c')
  assert.equal(wordOf('a-b-c', 2, '-', 1), 'b')
  assert.equal(wordOf('--a--b', 1, '-', 1), 'a')
  assert.equal(wordOf('--a--b', 3, '-', 1), '')
  assert.equal(wordOf('//a//b/', 1, '/', 5), 'a//b/')
  assert.equal(wordOf('//a//b/', -2, '/', 0), '//a')
  assert.equal(wordOf('//a//b/', 1, '/', 2), 'a//b')
  assert.equal(wordOf('a/b/c', -1, '/', 1), 'c')
})

test('hosts, targets, numbers and percent codes come apart as the product takes them apart', () => {
  assert.equal(hostOnly('C.test:99'), 'c.test')
  assert.equal(hostOnly('[::1]:80'), '[::1]')
  assert.equal(hostOnly('[::1]'), '[::1]')
  assert.equal(portOnly('c.test:99'), 99)
  assert.equal(portOnly('c.test'), 0)
  assert.equal(splitTarget('http://b.test:80/x').authority, 'b.test:80')
  assert.equal(splitTarget('http://b.test').pathAt, -1)
  assert.equal(splitTarget('*').form, 'asterisk')
  assert.equal(splitTarget('//x').form, 'origin')
  assert.equal(urlDecode('/%61+b', false), '/a+b')
  assert.equal(urlDecode('/a?b+c', false), '/a?b c')
  assert.equal(urlDecode('a+b', true), 'a b')
  assert.equal(urlDecode('/%zz', false), null)
  assert.equal(leadingInteger('12abc'), 12)
  assert.equal(leadingInteger('abc'), 0)
  assert.equal(leadingInteger('-3'), -3)
})

test('addresses compare as networks across families', () => {
  const inside = (ip: string, network: string): boolean => {
    const address = parseIp(ip)
    const range = parseNetwork(network)
    assert.ok(address !== null && range !== null)
    const other = otherFamily(address)
    return inNetwork(address, range) || (other !== null && inNetwork(other, range))
  }
  assert.equal(inside('127.0.1.77', '127.0.1.0/24'), true)
  assert.equal(inside('127.0.2.1', '127.0.1.0/24'), false)
  assert.equal(inside('::ffff:10.1.2.3', '10.0.0.0/8'), true)
  assert.equal(inside('10.1.2.3', '::ffff:0:0/96'), true)
  assert.equal(inside('127.0.0.0', '127.0'), true)
  assert.equal(parseIp('1.2.3'), null)
  assert.equal(parseIp('1::2::3'), null)
  assert.equal(formatIp(parseIp('2001:0db8:0:0:0:0:0:1') ?? { family: 4, bytes: [] }), '2001:db8::1')
})

test('byte strings keep every text', () => {
  for (const text of ['', 'abc', 'é', '日本', '😀x']) assert.equal(fromBytes(toBytes(text)), text)
  for (const text of ['', 'abc', 'aBc', 'É', '日本', '😀X', '\ud800', 'a\x7f\x80Z']) assert.equal(lowerBytes(text), asciiLower(toBytes(text)))
  assert.equal(toBytes('é').length, 2)
  assert.equal(fromBytes('\xff'), '\xff')
})

test('normalisers change the path as HAProxy does', () => {
  const rows: readonly (readonly [string, string, string | null, string | null])[] = [
    ['//api//x?a//b', 'path-merge-slashes', null, '/api/x?a//b'], ['/./api/./x/.', 'path-strip-dot', null, '/api/x/'], ['/z/../api/x', 'path-strip-dotdot', null, '/api/x'],
    ['/../../x', 'path-strip-dotdot', null, '/../../x'], ['/../../x', 'path-strip-dotdot', 'full', '/x'], ['/a/..', 'path-strip-dotdot', null, '/'], ['/%61%2f%7E', 'percent-decode-unreserved', null, '/a%2f~'],
    ['/%2f%zz', 'percent-to-uppercase', null, '/%2F%zz'], ['/%zz', 'percent-to-uppercase', 'strict', null], ['/x?b=1&a=2&b=0&a', 'query-sort-by-name', null, '/x?a=2&a&b=1&b=0'], ['/x#y', 'fragment-strip', null, '/x'],
  ]
  for (const [from, name, argument, to] of rows) {
    const result = normalizeUri(from, name, argument)
    assert.equal(result.kind === 'ok' ? result.text : null, to, `${name} ${argument ?? ''} on ${from}`)
  }
  assert.equal(normalizeUri('/x', 'nope', null).kind, 'unknown')
})
