import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { IpcMain } from 'electron'
import { bridgeChannels } from '#shared/rpc/bridge.ts'
import { contract } from '#shared/rpc/contract.ts'
import { createDispatcher } from '#shared/rpc/dispatcher.ts'
import { bindIpc, isOwnPage } from '#electron/ipc.ts'
import { appOrigin, toWindowOptions } from '#electron/window-options.ts'

type Listener = (...args: readonly unknown[]) => unknown

/** A window's frame as Electron describes it. */
const frame = (url: string, parent: object | null = null): object => ({ sender: { id: 7 }, senderFrame: { url, parent } })

function bind(): { readonly handle: Listener; readonly cancel: Listener; readonly ran: string[]; readonly channels: string[] } {
  const bound = new Map<string, Listener>()
  const ran: string[] = []
  const handlers = Object.fromEntries(Object.keys(contract).map((name) => [name, async () => {
    ran.push(name)
    return { ok: true, value: { from: name } }
  }]))
  const dispatcher = createDispatcher(contract, handlers as never, { report: () => undefined })
  const ipc = { handle: (channel: string, listener: Listener) => bound.set(channel, listener), on: (channel: string, listener: Listener) => bound.set(channel, listener) }
  bindIpc(ipc as unknown as Pick<IpcMain, 'handle' | 'on'>, dispatcher, isOwnPage(appOrigin))
  return { handle: bound.get(bridgeChannels.call) as Listener, cancel: bound.get(bridgeChannels.cancel) as Listener, ran, channels: [...bound.keys()] }
}

test('a call from our own page is answered', async () => {
  const { handle, ran } = bind()
  assert.deepEqual(await handle(frame(`${appOrigin}/index.html`), 'app.info', {}, 1), { ok: true, value: { from: 'app.info' } })
  assert.deepEqual(ran, ['app.info'])
})

const foreign: readonly (readonly [name: string, event: object])[] = [
  ['a foreign page', frame('https://evil.example/')],
  ['a page whose address only starts like ours', frame('app://steelyard.evil.example/')],
  ['a frame inside our page', frame(`${appOrigin}/`, { url: `${appOrigin}/` })],
  ['a frame that is gone', { sender: { id: 7 }, senderFrame: null }],
  ['a local file', frame('file:///tmp/x.html')],
]
for (const [name, event] of foreign) {
  test(`a call from ${name} is refused and nothing runs`, async () => {
    const { handle, ran } = bind()
    const answer = (await handle(event, 'app.info', {}, 1)) as { ok: boolean; failure: { code: string } }
    assert.equal(answer.ok, false)
    assert.equal(answer.failure.code, 'not-permitted')
    assert.deepEqual(ran, [])
  })
}

for (const name of ['app.quit', '__proto__', 'constructor', '', 'history.list; rm']) {
  test(`the unknown method ${JSON.stringify(name)} is refused`, async () => {
    const { handle, ran } = bind()
    const answer = (await handle(frame(`${appOrigin}/`), name, {}, 1)) as { ok: boolean; failure: { code: string } }
    assert.deepEqual([answer.ok, answer.failure.code, ran], [false, 'bad-method', []])
  })
}

test('only the two channels of the bridge are bound, and the preload uses the same names', () => {
  assert.deepEqual(bind().channels.sort(), [bridgeChannels.call, bridgeChannels.cancel].sort())
  const preload = readFileSync(path.resolve(import.meta.dirname, '../../electron/preload.cts'), 'utf8')
  for (const channel of Object.values(bridgeChannels)) assert.ok(preload.includes(`'${channel}'`), channel)
})

test('the page gets no Node, an isolated world and the sandbox', () => {
  const preferences = toWindowOptions('/preload.cjs', true).webPreferences
  assert.deepEqual(
    [preferences?.contextIsolation, preferences?.sandbox, preferences?.nodeIntegration, preferences?.webSecurity, preferences?.webviewTag, preferences?.preload],
    [true, true, false, true, false, '/preload.cjs'],
  )
})
