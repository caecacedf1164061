import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { analyses } from '#shared/analyses/registry.ts'
import { defaultRequest } from '#shared/model/request.ts'
import { incident } from '#test/shared/view/models.ts'

const folder = new URL('../../shared/analyses/', import.meta.url)

test('every analysis folder stands in the registry, and the other way round', () => {
  const folders = readdirSync(folder).filter((name) => statSync(new URL(name, folder)).isDirectory()).sort()
  assert.deepEqual(analyses.map((one) => one.id).sort(), folders)
})

for (const analysis of analyses) {
  test(`${analysis.id}: has a README that argues its method, asks a question, and presents itself the same way twice`, () => {
    assert.ok(existsSync(new URL(`${analysis.id}/README.md`, folder)))
    assert.ok(analysis.question.endsWith('?'))
    const input = { after: incident('after'), before: incident('before'), request: { ...defaultRequest, listener: 'https-in', scheme: 'https' as const, host: 'api.shop.example', path: '/v2/auth/login' } }
    const one = analysis.present(input)
    assert.ok(one)
    assert.deepEqual(analysis.present(input), one)
    assert.match(one.headline.text, /\.$/)
    assert.deepEqual(JSON.parse(JSON.stringify(one)), one, 'is plain JSON')
    for (const table of one.tables) {
      const keys = table.columns.map((column) => column.key)
      for (const row of table.rows) assert.deepEqual(Object.keys(row.cells).filter((key) => !keys.includes(key)), [])
    }
  })

  test(`${analysis.id}: says nothing where its input is missing`, () => {
    const bare = analysis.present({ after: incident('after'), before: null, request: null })
    assert.equal(bare === null, analysis.needs !== 'one-config')
  })
}
