import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalText } from '#shared/model/canonical.ts'
import type { Step } from '#shared/model/routing-model.ts'
import { generateRules } from '#test/bench/generate-rules.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'

function stepsOf(rules: readonly string[], others: readonly string[] = []): readonly Step[] {
  const pools = [...new Set(rules.map((rule) => rule.split(' ', 1)[0] as string))]
  const text = ['frontend web', '  mode http', '  bind :80', ...others.map((line) => `  ${line}`), ...rules.map((line) => `  use_backend ${line}`), ...pools.flatMap((pool) => [`backend ${pool}`, '  mode http', '  server s 127.0.0.1:8001']), ''].join('\n')
  return compileConfig(text, new Map([['list.txt', '/x\n']]), {}).model.scopes.get('scope:web/switching')?.steps ?? []
}

test('a rule whose condition stands by itself is told by its text', () => {
  for (const line of ['a if { path /x }', 'a unless { hdr(host) -i a.example b.example } !{ path_beg /y } or { method POST }', 'a if !{ src 10.0.0.0/8 } { req.hdr_beg(x-y) -m beg -- z }']) {
    const [step] = stepsOf([line])
    assert.equal(step?.wording, line)
  }
})

test('a rule that hangs on other lines, files, variables or quotes is not', () => {
  const others = ['acl named path /x']
  for (const line of ['a if named', 'a if { path /x } named', 'a if { path -f list.txt }', 'a if { path,lower /x }', 'a if { var(txn.x) -m found }', 'a if { env(HOME) -m found }', 'a if { path "/x y" }', 'a if { path /x\\ y }', 'a if { path "/$HOME" }', 'a if TRUE', 'a if { rand(4) 1 }', 'a if { hdr(host),lower a.example }', 'a']) {
    const [step] = stepsOf([line], others)
    assert.equal(step?.wording ?? null, null, line)
  }
})

test('equal texts are equal rules, also where lines around them differ', () => {
  const rules = generateRules(400, 'none').before.split('\n').filter((line) => line.includes('use_backend')).map((line) => line.trim().replace(/^use_backend /, ''))
  const [one, other] = [stepsOf(rules), stepsOf([...rules].reverse(), ['acl path hdr(host) x', 'http-request set-header x-y z'])]
  const meanings = new Map(one.flatMap((step) => (step.wording === null || step.wording === undefined ? [] : [[step.wording, [canonicalText(step.when), step.does]] as const])))
  let compared = 0
  for (const { wording, when, does } of other) {
    if (wording === null || wording === undefined) continue
    assert.deepEqual([canonicalText(when), does], meanings.get(wording), wording)
    compared += 1
  }
  assert.ok(compared > 300, String(compared))
})
