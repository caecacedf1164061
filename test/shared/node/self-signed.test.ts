import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import tls from 'node:tls'
import { makeSelfSigned } from '#shared/node/self-signed.ts'

test('a self-made certificate is one that others read: its own key, valid around now, named after nobody', () => {
  const now = new Date('2031-05-06T07:08:09Z')
  for (let round = 0; round < 50; round += 1) {
    const made = makeSelfSigned(now)
    const certificate = new X509Certificate(made.certificate)
    assert.ok(certificate.checkPrivateKey(createPrivateKey(made.key)))
    assert.ok(certificate.verify(certificate.publicKey))
    assert.equal(certificate.subject, 'CN=steelyard-replay.invalid')
    assert.equal(certificate.issuer, certificate.subject)
    assert.equal(new Date(certificate.validFrom).toISOString(), '2031-05-05T07:08:09.000Z')
    assert.equal(new Date(certificate.validTo).toISOString(), '2031-05-07T07:08:09.000Z')
    assert.ok(tls.createSecureContext({ cert: made.certificate, key: made.key }))
  }
})
