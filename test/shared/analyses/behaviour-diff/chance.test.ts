import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared } from './support.ts'

/** Shares computed by hand: draws are independent, rules are asked in order. */
const rows: readonly (readonly [name: string, before: string, after: string, summaries: readonly string[]])[] = [
  ['another share', 'use_backend api if { rand(100) lt 5 }', 'use_backend api if { rand(100) lt 10 }', ['Of requests that no other rule takes, 10 % (was 5 %) go to pool api and 90 % (was 95 %) go to pool site.']],
  ['a new draw', 'default_backend site', 'use_backend api if { rand(100) lt 5 }', ['Of requests that no other rule takes, 5 % (was 0 %) go to pool api and 95 % (was 100 %) go to pool site.']],
  ['a draw that is gone', 'use_backend api if { rand(100) lt 5 }', 'default_backend site', ['Of requests that no other rule takes, 100 % (was 95 %) go to pool site and 0 % (was 5 %) go to pool api.']],
  ['another pool for what is drawn', 'use_backend api if { rand(100) lt 5 }', 'use_backend img if { rand(100) lt 5 }', ['Of requests that no other rule takes, 5 % (was 0 %) go to pool img and 0 % (was 5 %) go to pool api.']],
  ['a share of some requests', 'use_backend api if { path_beg /a } { rand(100) lt 5 }', 'use_backend api if { path_beg /a } { rand(100) lt 50 }', ['Of requests where path starts with /a, 50 % (was 5 %) go to pool api and 50 % (was 95 %) go to pool site.']],
  ['a share of what an earlier draw leaves', 'use_backend api if { rand(100) lt 50 }\nuse_backend img if { rand(100) lt 50 }', 'use_backend api if { rand(100) lt 25 }\nuse_backend img if { rand(100) lt 50 }', ['Of requests that no other rule takes, 37.5 % (was 25 %) go to pool img and 37.5 % (was 25 %) go to pool site and 25 % (was 50 %) go to pool api.']],
  ['draws in another order', 'use_backend api if { rand(100) lt 50 }\nuse_backend img if { rand(100) lt 50 }', 'use_backend img if { rand(100) lt 50 }\nuse_backend api if { rand(100) lt 50 }', ['Of requests that no other rule takes, 50 % (was 25 %) go to pool img and 25 % (was 50 %) go to pool api.']],
  ['a share that is refused', 'http-request deny if { rand(100) lt 5 }', 'http-request deny if { rand(100) lt 6 }', ['Of requests that no other rule takes, 6 % (was 5 %) are denied with 403 and 94 % (was 95 %) go to pool site.']],
]
for (const [name, before, after, summaries] of rows) {
  test(`${name}: the shares are computed`, () => {
    const result = compared(before, after)
    assert.deepEqual(result.summaries, summaries.map((text) => `warning misroute: ${text}`))
    assert.deepEqual(result.reasons, [])
  })
}

test('the same share drawn from other numbers is no change', () => {
  const result = compared('use_backend api if { rand(100) lt 50 }', 'use_backend api if { rand(10) lt 5 }')
  assert.deepEqual([result.summaries, result.reasons], [[], []])
})

test('a draw beside live state stays unknown', () => {
  const result = compared('use_backend api if { rand(100) lt 5 } { nbsrv(img) lt 1 }', 'use_backend api if { rand(100) lt 10 } { nbsrv(img) lt 1 }')
  assert.deepEqual(result.summaries, [])
  assert(result.reasons.length > 0)
})

test('what a rule without a draw takes is told by that rule alone', () => {
  assert.deepEqual(compared('use_backend api if { rand(100) lt 5 }', 'use_backend img if { path /x }\nuse_backend api if { rand(100) lt 10 }').summaries, [
    'critical misroute: Requests for /x go to pool img instead of site.', 'warning misroute: Of requests that no other rule takes, 10 % (was 5 %) go to pool api and 90 % (was 95 %) go to pool site.',
  ])
})
