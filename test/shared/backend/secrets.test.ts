import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskSecrets, maskText } from '#shared/backend/secrets.ts'

const rows: readonly (readonly [string, string, string])[] = [
  ['password of a userlist', 'user ada insecure-password hunter2', `user ada insecure-password ${maskText}`],
  ['hashed password', 'user ada password $6$k6y3o.eP$JlK/ groups a', `user ada password ${maskText} groups a`],
  ['quoted password', 'user ada password "two words" # boss', `user ada password ${maskText} # boss`],
  ['statistics page', 'stats auth admin:s3cret:with:colons', `stats auth admin:${maskText}`],
  ['bearer header set by a rule', 'http-request set-header Authorization "Bearer eyJhbGciOi.abc"', `http-request set-header Authorization "Bearer ${maskText}"`],
  ['escaped blank', 'http-request set-header Authorization Basic\\ dXNlcjpwYXNz', `http-request set-header Authorization Basic\\ ${maskText}`],
  ['key header', 'http-request set-header X-Api-Key 0123456789', `http-request set-header X-Api-Key ${maskText}`],
  ['password in an address', 'server a https://ada:pass@10.0.0.1/', `server a https://ada:${maskText}@10.0.0.1/`],
  ['private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabcd\n-----END RSA PRIVATE KEY-----', `-----BEGIN RSA PRIVATE KEY-----\n${maskText}\n${maskText}\n-----END RSA PRIVATE KEY-----`],
  ['nothing secret', 'server a 10.0.0.1:80 check weight 10 cookie a', 'server a 10.0.0.1:80 check weight 10 cookie a'],
  ['an option that only sounds secret', 'option httpchk GET /auth/basic', 'option httpchk GET /auth/basic'],
]
for (const [name, text, masked] of rows) test(`masks: ${name}`, () => assert.equal(maskSecrets(text), masked))

test('masking keeps the number of lines and takes linear time', () => {
  const text = `${'a.b-c+'.repeat(50_000)}\n${'password '.repeat(20_000)}\n${'x://'.repeat(20_000)}`
  const started = performance.now()
  assert.equal(maskSecrets(text).split('\n').length, 3)
  assert.ok(performance.now() - started < 2000)
})
