import assert from 'node:assert/strict'
import { test } from 'node:test'
import { always, type Predicate } from '#shared/model/predicate.ts'
import { percent, routeTitle, shareTag } from '#shared/view/names.ts'

const named = (name: string): Predicate => ({ kind: 'named', name, of: always })

const titles: readonly (readonly [name: string, when: Predicate, title: string])[] = [
  ['a rule without a condition takes everything', always, 'everything'],
  ['the word that tells rules apart is kept', named('host_api'), 'api'],
  ['underscores read as blanks', named('is_static_file'), 'static file'],
  ['a name that would leave only a number stays whole', named('path_1'), 'path 1'],
  ['a name that is only the prefix stays whole', named('host_'), 'host '],
  ['negation is said', { kind: 'not', of: named('is_auth') }, 'not auth'],
  ['alternatives are said', { kind: 'or', of: [named('is_auth'), named('is_api')] }, 'auth or api'],
]
for (const [name, when, title] of titles) test(name, () => assert.equal(routeTitle(when), title))

test('shares are never rounded to nothing or to everything', () => {
  assert.deepEqual([percent(0), percent(0.001), percent(0.5), percent(0.999), percent(1)], ['0%', '<1%', '50%', '>99%', '100%'])
  assert.deepEqual([shareTag(1 / 3, 0.98), shareTag(0.5, 0.5), shareTag(null, null), shareTag(0.2, null)], ['33 → 98%', '50%', '', '20%'])
})
