import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWorthReading, toFilesInput, watchHeld, type HeldFile } from '#renderer/features/open/browser-files.ts'
import { createHeldSides } from '#renderer/features/open/held-sides.ts'
import { initialState } from '#renderer/state/app-state.ts'
import { createStore } from '#renderer/state/store.ts'
import { toFolderChoices } from '#renderer/features/open/folder-choices.ts'
import { describeInput, toRecentGroups } from '#renderer/features/open/side-menu.ts'
import { toSideTitle } from '#renderer/features/open/side-title.ts'
import { toTypedInput } from '#renderer/features/open/typed-input.ts'

test('a folder with several configs is offered whole and one by one, in load order', () => {
  assert.deepEqual(toFolderChoices(['b.cfg', 'a.cfg', 'maps/hosts.map']).map((choice) => choice.configs), [['a.cfg', 'b.cfg'], ['a.cfg'], ['b.cfg']])
  assert.deepEqual(toFolderChoices(['after/haproxy.cfg', 'before/haproxy.cfg']).map((choice) => choice.title), ['after/haproxy.cfg', 'before/haproxy.cfg'])
  assert.deepEqual(toFolderChoices(['x.conf', 'readme.md']).map((choice) => choice.configs), [['x.conf']])
  assert.deepEqual(toFolderChoices(['readme.md']), [])
})

test('keys, certificates, pictures and hidden files of a dropped folder are never read', () => {
  assert.deepEqual(['haproxy.cfg', 'maps/a.map', 'certs/site.pem', '.git', 'x/.hidden', 'logo.png'].map((path) => isWorthReading(path, 10)), [true, true, false, false, false, false])
  assert.equal(isWorthReading('huge.cfg', 1e9), false)
})

test('a side is named by how it came here', () => {
  const title = (input: Parameters<typeof toSideTitle>[0]['input'], name = 'haproxy.cfg') => toSideTitle({ input, title: name })
  assert.equal(title({ kind: 'path', path: '/etc/haproxy/haproxy.cfg' }), 'haproxy.cfg')
  assert.equal(title({ kind: 'git', ref: 'main', path: 'lb/haproxy.cfg' }), 'haproxy.cfg at main')
  assert.equal(title({ kind: 'known-good', source: 'x' }, 'haproxy.cfg of 2026-11-12 09:00'), 'known good · 2026-11-12 09:00')
  assert.equal(title({ kind: 'sample', side: 'before' }), 'sample, before')
})

test('the same pair stands once among the recent ones, at most six', () => {
  const entry = (path: string) => ({ title: path, before: null, after: { kind: 'path' as const, path }, at: '' })
  assert.deepEqual(toRecentGroups(['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g'].map(entry)).map((each) => each.title), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.equal(describeInput({ kind: 'known-good', source: 'edge' }), 'known good of edge')
})

const held = (file: Partial<File>, reread: (() => Promise<File>) | null): HeldFile => ({ path: 'a.cfg', file: file as File, reread })

test('a file that is saved again is told once, with its new contents', async () => {
  const saved = { lastModified: 2, size: 9 } as File
  const told = await new Promise<readonly HeldFile[]>((resolve) => {
    const stop = watchHeld([held({ lastModified: 1, size: 9 }, () => Promise.resolve(saved))], (files) => { stop(); resolve(files) }, 5)
  })
  assert.equal(told[0]?.file, saved)
})

test('a file that cannot be looked at again is not watched, and one that vanished is left as it was', async () => {
  let told = 0
  const stops = [
    watchHeld([held({ lastModified: 1, size: 1 }, null)], () => { told += 1 }, 1),
    watchHeld([held({ lastModified: 1, size: 1 }, () => Promise.reject(new Error('gone')))], () => { told += 1 }, 1),
  ]
  await new Promise((resolve) => setTimeout(resolve, 30))
  for (const stop of stops) stop()
  assert.equal(told, 0)
})

test('files that are let go while they are read again are not put on their side any more', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const readers: { onload: (() => void) | null; result: string }[] = []
  Object.assign(globalThis, { FileReader: class { onload = null; onerror = null; result = 'data:,eA=='; readAsDataURL() { readers.push(this) } } })
  context.after(() => Reflect.deleteProperty(globalThis, 'FileReader'))
  const microtasks = async (): Promise<void> => { for (let turn = 0; turn < 20; turn += 1) await Promise.resolve() }
  const loaded: string[] = []
  const sides = createHeldSides({ store: createStore(initialState), notify: () => undefined }, { loadQuietly: (_side, input) => { loaded.push(input.kind); return Promise.resolve(null) } }, { analyse: () => Promise.resolve() })
  let saves = 1
  const file = held({ lastModified: 1, size: 1 }, () => Promise.resolve({ lastModified: (saves += 1), size: 1 } as File))
  sides.hold('after', 'a.cfg', [file])
  for (const fate of ['kept', 'let go'] as const) {
    context.mock.timers.tick(1000)
    await microtasks()
    if (fate === 'let go') sides.release('after')
    readers.at(-1)?.onload?.()
    await microtasks()
  }
  sides.release('after')
  assert.deepEqual({ read: readers.length, loaded }, { read: 2, loaded: ['files'] })
})

test('a typed place is a path unless it is written like a commit or a known good version', () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ['/etc/haproxy.cfg', { kind: 'path', path: '/etc/haproxy.cfg' }],
    ['git:HEAD~1:/srv/lb/haproxy.cfg', { kind: 'git', ref: 'HEAD~1', path: '/srv/lb/haproxy.cfg' }],
    ['git:main:a:b.cfg', { kind: 'git', ref: 'main', path: 'a:b.cfg' }],
    ['git:main', { kind: 'path', path: 'git:main' }],
    ['known-good:/etc/haproxy.cfg', { kind: 'known-good', source: '/etc/haproxy.cfg' }],
  ]
  for (const [text, input] of rows) assert.deepEqual(toTypedInput(text), input, text)
})

test('a file over the limit is refused before it is read', async () => {
  const answer = await toFilesInput('a.cfg', [held({ size: 200 * 1024 * 1024 }, null)])
  assert.equal(answer.ok ? '' : answer.failure.message, 'a.cfg is 200 MB; at most 128 MB are read.')
})
