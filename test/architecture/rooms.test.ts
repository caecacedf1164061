import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createSkeleton } from './skeleton.ts'

const house = createSkeleton()
after(() => house.dispose())

const foreign = ['window.name', 'process.pid', "Buffer.from('')", "new URL('x:y')", 'setTimeout(() => {}, 1)', "console.log('x')", 'document.title', "new TextDecoder()"]
foreign.forEach((expression, index) => house.plant(`shared/text/foreign-${index}.ts`, `export const planted = ${expression}\n`))
house.plant('shared/text/own.ts', 'export const fine = [1].map((value) => value + 1)\n')
const types = house.run('typescript-native/bin/tsc', ['-p', 'shared/tsconfig.json', '--pretty', 'false'])

foreign.forEach((expression, index) => {
  test(`${expression} does not compile in shared`, () => {
    assert.match(types.output, new RegExp(`shared/text/foreign-${index}\\.ts.*error TS`))
  })
})

test('plain language compiles in shared', () => {
  assert.doesNotMatch(types.output, /own\.ts/)
})

const lintPlants: readonly (readonly [name: string, text: string, rule: string])[] = [
  ['clock', 'export const planted = () => Date.now()', 'no-restricted-syntax'],
  ['today', 'export const planted = () => new Date()', 'no-restricted-syntax'],
  ['chance', 'export const planted = () => Math.random()', 'no-restricted-syntax'],
  ['backtracking', 'export const planted = (text: string) => new RegExp(text)', 'no-restricted-syntax'],
  ['floating', 'export function planted(): void { Promise.resolve(1) }', '@typescript-eslint/no-floating-promises'],
  ['exhaustive', "export function planted(kind: 'a' | 'b'): number { switch (kind) { case 'a': return 1 } return 2 }", '@typescript-eslint/switch-exhaustiveness-check'],
  ['any', 'export const planted = (value: any): unknown => value', '@typescript-eslint/no-explicit-any'],
  ['empty', 'export function planted(): void { try { planted() } catch {} }', 'no-empty'],
  ['suppressed', '// @ts-ignore\nexport const planted = 1', '@typescript-eslint/ban-ts-comment'],
]
for (const [name, text] of lintPlants) house.plant(`shared/model/lint-${name}.ts`, `${text}\n`)
const lint = house.run('eslint/bin/eslint.js', ['--format', 'json', 'shared'])
const messages = JSON.parse(lint.output.slice(lint.output.indexOf('['), lint.output.lastIndexOf(']') + 1)) as { filePath: string; messages: { ruleId: string | null }[] }[]

for (const [name, , rule] of lintPlants) {
  test(`lint refuses the planted ${name}`, () => {
    const file = messages.find((entry) => entry.filePath.endsWith(`lint-${name}.ts`))
    assert.ok(file?.messages.some((message) => message.ruleId === rule), `found ${JSON.stringify(file?.messages.map((message) => message.ruleId))}`)
  })
}
