import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandKeys, commands } from '#renderer/app/commands.ts'
import { commandOfKey, toKeyName, worksWhileTyping, type KeyPress } from '#renderer/app/key-map.ts'
import { toKeyLabel } from '#renderer/features/palette/key-label.ts'

const press = (key: string, modifiers: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers })

const names: readonly [string, KeyPress, string | null][] = [
  ['a letter', press('n'), 'n'],
  ['a letter with caps lock', press('N'), 'n'],
  ['Ctrl and Cmd are one', press('k', { metaKey: true }), 'Mod+K'],
  ['Ctrl+Shift+letter', press('O', { ctrlKey: true, shiftKey: true }), 'Mod+Shift+O'],
  ['a shifted sign names itself', press('?', { shiftKey: true }), '?'],
  ['plus with shift', press('+', { shiftKey: true }), '+'],
  ['a function key with shift', press('F7', { shiftKey: true }), 'Shift+F7'],
  ['the space bar', press(' '), 'Space'],
  ['the space bar with a modifier', press(' ', { shiftKey: true }), null],
  ['Alt belongs to the system', press('n', { altKey: true }), null],
]
for (const [name, given, wanted] of names) test(`${name} is ${wanted ?? 'left alone'}`, () => assert.equal(toKeyName(given), wanted))

test('the keys people expect reach their commands', () => {
  const expected: readonly [string, string][] = [
    ['Mod+K', 'palette'], ['Mod+O', 'open'], ['Mod+F', 'find'], ['/', 'find'], ['F7', 'next-change'], ['Shift+F7', 'previous-change'], ['n', 'next-finding'], ['p', 'previous-finding'], ['v', 'mark-reviewed'],
    ['s', 'swap-sides'], ['i', 'inline'], ['u', 'fold'], ['?', 'keys'], ['t', 'table'], ['0', 'fit'], ['+', 'zoom-in'], ['-', 'zoom-out'], ['c', 'only-changed'], ['g', 'group'],
    ['<', 'live-slower'], ['>', 'live-faster'], ['[', 'live-mark-back'], [']', 'live-mark-on'], ['b', 'live-began'], ['r', 'live-config'], ['1', 'workspace-review'], ['2', 'workspace-live'], ['3', 'workspace-trace'], ['4', 'workspace-checks'], ['5', 'workspace-history'], ['6', 'workspace-settings'],
  ]
  for (const [key, id] of expected) assert.equal(commandOfKey(commands, key, false, false), id, key)
})

test('no key stands for two commands and no id stands twice', () => {
  const keys = commands.flatMap((command) => command.keys)
  assert.equal(new Set(keys).size, keys.length)
  assert.equal(new Set(commands.map((command) => command.id)).size, commands.length)
})

test('letters typed into a field stay there; shortcuts with a modifier still work', () => {
  assert.equal(commandOfKey(commands, 'n', true, false), null)
  assert.equal(commandOfKey(commands, 'Mod+K', true, false), 'palette')
  assert.equal(worksWhileTyping('Shift+F7'), true)
  assert.equal(commandOfKey(commands, 'Mod+F', false, true), null)
})

test('keys are printed as the platform prints them', () => {
  assert.deepEqual([toKeyLabel('Mod+Shift+O', true), toKeyLabel('Mod+Shift+O', false), toKeyLabel('+', false), toKeyLabel('F7', false), toKeyLabel('n', false)], ['⌘⇧O', 'Ctrl ⇧ O', '+', 'F7', 'N'])
  assert.equal(commandKeys('open'), 'Mod+O')
  assert.equal(commandKeys('nothing'), '')
})
