import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { Dispatcher } from '#shared/rpc/dispatcher.ts'
import { createSecrets, type SecretParts } from '#electron/secrets.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-secrets-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

const faults: unknown[] = []
const store: SecretParts['store'] = {
  isEncryptionAvailable: () => true,
  encryptString: (text) => Buffer.from(`locked ${Buffer.from(text).toString('hex')}`),
  decryptString(bytes) {
    const match = /^locked ([0-9a-f]*)$/.exec(bytes.toString())
    if (match === null) throw new Error('another key')
    return Buffer.from(match[1] ?? '', 'hex').toString()
  },
}

let calls = 0
const answerOf = async (secrets: Dispatcher, method: string, params: object): Promise<string> => {
  const result = await secrets.call(String(calls += 1), method, params)
  return result.ok ? JSON.stringify(result.value) : `${result.failure.code}: ${result.failure.message}`
}
const open = (folder: string, other: Partial<SecretParts['store']> = {}): Dispatcher => createSecrets({ store: { ...store, ...other }, folder: path.join(scratch, folder), report: (error) => faults.push(error) })

test('passwords are kept per source, and many at once do not lose each other', async () => {
  const secrets = open('kept')
  await Promise.all(['a', 'b', 'c', '__proto__'].map((key) => answerOf(secrets, 'host.keepSecret', { key, value: `word-${key}` })))
  for (const key of ['a', 'b', 'c', '__proto__']) assert.equal(await answerOf(open('kept'), 'host.secret', { key }), JSON.stringify({ value: `word-${key}` }))
  assert.equal(await answerOf(secrets, 'host.secret', { key: 'constructor' }), '{"value":null}')
  assert.doesNotMatch(readFileSync(path.join(scratch, 'kept', 'secrets.json'), 'utf8'), /word-/)
})

test('a system without a store keeps nothing and says so', async () => {
  for (const other of [{ isEncryptionAvailable: () => false }, { getSelectedStorageBackend: () => 'basic_text' as const }]) {
    const secrets = open('none', other)
    assert.match(await answerOf(secrets, 'host.keepSecret', { key: 'a', value: 'b' }), /^unsupported: This system has no store/)
    assert.match(await answerOf(secrets, 'host.secret', { key: 'a' }), /^unsupported/)
  }
})

test('a damaged file, and a password of another key, are told and can be replaced', async () => {
  const secrets = open('damaged')
  await answerOf(secrets, 'host.keepSecret', { key: 'a', value: 'b' })
  const file = path.join(scratch, 'damaged', 'secrets.json')
  for (const text of ['{"a":', '{"a":7}', '[]']) {
    writeFileSync(file, text)
    assert.match(await answerOf(secrets, 'host.secret', { key: 'a' }), /^bad-answer: .* is damaged/)
    assert.equal(await answerOf(secrets, 'host.keepSecret', { key: 'a', value: 'new' }), 'null')
    assert.equal(await answerOf(secrets, 'host.secret', { key: 'a' }), '{"value":"new"}')
  }
  writeFileSync(file, JSON.stringify({ a: Buffer.from('something else').toString('base64') }))
  assert.match(await answerOf(secrets, 'host.secret', { key: 'a' }), /^bad-answer: The password of a cannot be decrypted/)
  assert.deepEqual(faults, [])
})
