import assert from 'node:assert/strict'
import { test as example } from 'node:test'
import { toSentences } from '#shared/view/sentences.ts'
import { incident } from './models.ts'

example('the incident is told with the lost pool first, then the rule that never matches, the share, the order and the algorithm', () => {
  const sentences = toSentences(incident('before'), incident('after'))
  assert.deepEqual(sentences.map((one) => [one.tone, one.text]), [
    ['critical', 'Pool auth can no longer be reached by any rule.'],
    ['critical', 'The rule auth if host_api is_auth of frontend https-in can no longer match: api if host_api stands above it and already takes every request it asks for, for pool api.'],
    ['warning', 'api-1 would take 98% of the api pool (33% before).'],
    ['warning', 'Rules api if host_api and auth if host_api is_auth of frontend https-in swapped places: api if host_api is now tried first.'],
    ['changed', 'leastconn became roundrobin on pool api.'],
  ])
  assert.deepEqual(sentences[0]?.details, ['2 servers would be idle'])
  assert.deepEqual(sentences[2]?.details, ['weights 100:100:100 → 200:2:2', 'api-2: 33 → 1%', 'api-3: 33 → 1%'])
  assert.equal(sentences.every((one) => one.highlights.length > 0), true)
})
