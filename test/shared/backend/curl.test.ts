import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toCurl } from '#shared/backend/curl.ts'
import { defaultRequest, type RequestInput } from '#shared/model/request.ts'

const start = 'curl --silent --show-error --include --path-as-is'
const rows: readonly (readonly [name: string, request: Partial<RequestInput>, expected: string])[] = [
  ['a plain request goes to the listener, whatever the name resolves to', { listener: ':80', host: 'a.example', path: '/x?y=1' }, `${start} --connect-to a.example:80:127.0.0.1:80 'http://a.example/x?y=1'`],
  ['another port stands in the address and not in the Host header', { listener: '10.0.0.5:8080', host: 'a.example' }, `${start} --connect-to a.example:8080:10.0.0.5:8080 --header 'Host: a.example' http://a.example:8080/`],
  ['TLS takes the server name', { listener: ':443', scheme: 'https', host: 'a.example', sni: 'b.example' }, `${start} --insecure --connect-to b.example:443:127.0.0.1:443 --header 'Host: a.example' https://b.example/`],
  ['no Host at all', { listener: ':80', host: null }, `${start} --connect-to localhost:80:127.0.0.1:80 --header 'Host;' http://localhost/`],
  ['methods, headers and quotes', { listener: ':80', host: 'a', method: 'PURGE', headers: [['x-a', "it's"], ['x-b', '']] }, `${start} --request PURGE --connect-to a:80:127.0.0.1:80 --header 'x-a: it'\\''s' --header 'x-b;' http://a/`],
  ['a target in another form', { listener: ':80', host: 'a', path: '*', method: 'OPTIONS' }, `${start} --request OPTIONS --connect-to a:80:127.0.0.1:80 --request-target '*' http://a/`],
  ['a source address that curl cannot choose is said', { listener: ':80', host: 'a', sourceIp: '10.1.2.3' }, `${start} --connect-to a:80:127.0.0.1:80 http://a/  # from 10.1.2.3`],
  ['HTTP/2 and HTTP/1.0', { listener: ':80', host: 'a', httpVersion: '2' }, `${start} --http2-prior-knowledge --connect-to a:80:127.0.0.1:80 http://a/`],
]
for (const [name, request, expected] of rows) {
  test(`${name}`, () => assert.equal(toCurl({ ...defaultRequest, ...request }), expected))
}
