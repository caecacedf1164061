import { test } from 'node:test'
import assert from 'node:assert/strict'
import { activeLines } from '#shared/dialects/haproxy/conditionals.ts'
import type { ConditionalEnvironment } from '#shared/dialects/haproxy/conditionals.ts'
import { evaluateCondition } from '#shared/dialects/haproxy/condition.ts'
import { treeOf } from './tree-of.ts'

const environment: ConditionalEnvironment = { variables: { MODE: 'dev' }, version: '2.8.12', features: ['OPENSSL', 'LUA'] }

const truths: readonly (readonly [text: string, value: boolean | null])[] = [
  ['', false], ['1', true], ['0', false], ['-1', true], ['0x0', false], ['010', true], ['!1', false], ['!!1', true], ['! 1', false],
  ['1 && 0 || 1', true], ['1 || 0 && 0', true], ['(1 || 0) && 0', false], ['(1 && 0) || 1', true], ['!(1 && 0)', true],
  ['defined(MODE)', true], ['defined(NOPE)', false], ['defined()', false], ['streq(a,a)', true], ['streq(prod, prod)', false], ['strneq(a,b)', true], ['strstr(abc,b)', true],
  ["streq('a,b',\"a,b\")", true], ['streq(a(b,a(b)', true],
  ['version_atleast(2.8.12)', true], ['version_atleast(2.8.13)', false], ['version_before(3.0)', true], ['version_atleast(2.8-dev3)', true],
  ['feature(LUA)', true], ['feature(NOSUCH)', false],
  ['enabled(POLL)', null], ['nonsense(1)', null], ['1 || nonsense(1)', null], ['streq(a)', null], ['streq(a,b,c)', null], ['1 0', null], ['streq(a,a)junk', null], ['(1', null],
  ['0 && enabled(POLL)', false], ['1 || enabled(POLL)', true], ['1 && enabled(POLL)', null],
]
for (const [text, value] of truths) {
  test(`the condition '${text}' is ${String(value)}`, () => {
    const answer = evaluateCondition(text, environment)
    assert.equal(answer.value, value)
    if (value === null) assert.match(answer.reason, /\.$/)
  })
}

test('a function that the version lacks makes the whole condition unreadable', () => {
  assert.equal(evaluateCondition('1 || strstr(abc,b)', { ...environment, version: '2.6' }).value, null)
})

function kept(text: string, given = environment): readonly string[] {
  const { active } = activeLines(treeOf(text), given)
  return text.split('\n').filter((_, line) => active[line] === 1).map((line) => line.trim()).filter((line) => line !== '')
}

test('H-LEX-8: the first branch that holds is kept', () => {
  assert.deepEqual(kept('.if streq("$MODE",prod)\n a\n.elif defined(MODE) && !feature(NOSUCH)\n b\n.elif 1\n c\n.else\n d\n.endif\n e\n'), ['b', 'e'])
})

test('a dropped block keeps none of its nested branches', () => {
  assert.deepEqual(kept('.if 0\n a\n.if 1\n b\n.else\n c\n.endif\n d\n.else\n e\n.endif\n'), ['e'])
})

test('a missing feature list and an unknown function are reported and taken as false', () => {
  const { active, undecided } = activeLines(treeOf('.if feature(QUIC)\n a\n.endif\n.if whatever(1)\n b\n.endif\n.if version_atleast(2.6.5)\n c\n.endif\n'), { variables: {}, version: '2.6' })
  assert.deepEqual([...active.slice(0, 9)], [0, 0, 0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual(undecided.map((entry) => [entry.line, entry.text]), [[0, 'feature(QUIC)'], [3, 'whatever(1)'], [6, 'version_atleast(2.6.5)']])
})

test('setenv of an active global line counts for the lines below', () => {
  const text = 'global\n presetenv MODE x\n setenv B 1\n.if defined(B) && streq("$MODE",dev)\n a\n.endif\n unsetenv B\n.if defined(B)\n b\n.endif\n resetenv MODE\n'
  const result = activeLines(treeOf(text), environment)
  assert.equal(result.active[4], 1)
  assert.equal(result.active[8], 0)
  assert.equal(result.environmentAt(2).variables['B'], undefined)
  assert.equal(result.environmentAt(3).variables['B'], '1')
  assert.deepEqual(result.environment.variables, { MODE: 'dev' })
})

test('setenv outside global or in a dropped branch does nothing', () => {
  const result = activeLines(treeOf('frontend f\n setenv A 1\n.if 0\nglobal\n setenv B 1\n.endif\n'), environment)
  assert.deepEqual(result.environment.variables, { MODE: 'dev' })
})

test('H-LEX-8c: sections of a dropped branch do not exist', () => {
  const result = activeLines(treeOf('frontend f\n.if 0\nbackend b\n server s 192.0.2.1\n.endif\n bind :80\nbackend c\n'), environment)
  assert.deepEqual(result.sections.map((section) => [section.kind, section.name, section.line, section.endLine]), [['frontend', 'f', 0, 6], ['backend', 'c', 6, 8]])
})
