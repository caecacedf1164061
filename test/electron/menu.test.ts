import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toMenuTemplate, type MenuCommand } from '#electron/menu.ts'

type Item = ReturnType<typeof toMenuTemplate>[number]
const flatten = (items: readonly Item[]): readonly Item[] => items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])])

test('every command of the menu reaches the window exactly once', () => {
  const sent: MenuCommand[] = []
  const items = flatten(toMenuTemplate('linux', (command) => sent.push(command)))
  for (const item of items) (item.click as (() => void) | undefined)?.()
  assert.equal(new Set(sent).size, sent.length)
  for (const command of ['open', 'approve', 'export', 'palette', 'next-change', 'previous-change', 'workspace-review', 'workspace-history'] satisfies MenuCommand[]) assert.ok(sent.includes(command), command)
})

test('no two items share a key', () => {
  const keys = flatten(toMenuTemplate('linux', () => undefined)).map((item) => item.accelerator).filter((key) => key !== undefined)
  assert.equal(new Set(keys).size, keys.length)
})

test('macOS gets its application menu first and closes windows instead of quitting', () => {
  const mac = toMenuTemplate('darwin', () => undefined)
  assert.equal(mac[0]?.role, 'appMenu')
  const file = mac[1]?.submenu as readonly Item[]
  assert.equal(file.at(-1)?.role, 'close')
  const linux = toMenuTemplate('linux', () => undefined)[0]?.submenu as readonly Item[]
  assert.equal(linux.at(-1)?.role, 'quit')
})
