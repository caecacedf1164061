import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toStoppable } from '#renderer/transport/stoppable.ts'
import { failed } from '#shared/diagnostics/failure.ts'
import { createClient, type Transport } from '#shared/rpc/client.ts'

test('stopping ends what reads and computes, and leaves what writes alone', async () => {
  const cancelled: string[] = []
  const answers = new Map<string, (answer: ReturnType<typeof failed>) => void>()
  const methods = new Map<string, string>()
  const transport: Transport = {
    send: (callId, method) => new Promise((resolve) => { answers.set(callId, resolve); methods.set(callId, method) }),
    cancel: (callId) => { cancelled.push(methods.get(callId) ?? ''); answers.get(callId)?.(failed('cancelled', '')) },
    listen: () => () => undefined,
  }
  const { client, stop } = toStoppable(createClient(transport))
  const loading = client.call('config.load', { input: { kind: 'sample', side: 'after' }, options: { dialect: null, root: null, environment: {}, version: null } })
  void client.call('history.restore', { snapshotId: 'a', folder: null })
  stop()
  assert.deepEqual(cancelled, ['config.load'])
  const answer = await loading
  assert.equal(answer.ok ? '' : answer.failure.code, 'cancelled')
  stop()
  assert.deepEqual(cancelled, ['config.load'])
})
