import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createSkeleton } from './skeleton.ts'

const house = createSkeleton()
after(() => house.dispose())

/** [rule that must bark, importing file, import as written, imported file to create or null] */
const violations: readonly (readonly [string, string, string, string | null])[] = [
  ['row-text', 'shared/text/up.ts', '#shared/model/thing.ts', 'shared/model/thing.ts'],
  ['row-requests', 'shared/requests/up.ts', '#shared/model/thing.ts', 'shared/model/thing.ts'],
  ['row-model', 'shared/model/up.ts', '#shared/view/thing.ts', 'shared/view/thing.ts'],
  ['row-rpc', 'shared/rpc/up.ts', '#shared/backend/thing.ts', 'shared/backend/thing.ts'],
  ['row-backend', 'shared/backend/up.ts', '#shared/node/thing.ts', 'shared/node/thing.ts'],
  ['row-live', 'shared/live/up.ts', '#shared/view/thing.ts', 'shared/view/thing.ts'],
  ['row-view', 'shared/view/up.ts', '#shared/render/thing.ts', 'shared/render/thing.ts'],
  ['dialect-islands', 'shared/dialects/one/index.ts', '#shared/dialects/two/index.ts', 'shared/dialects/two/index.ts'],
  ['analysis-islands', 'shared/analyses/one/index.ts', '#shared/analyses/two/index.ts', 'shared/analyses/two/index.ts'],
  ['dialect-by-registry', 'shared/view/reach.ts', '#shared/dialects/one/index.ts', null],
  ['dialect-by-index', 'shared/dialects/registry.ts', '#shared/dialects/one/lexer.ts', 'shared/dialects/one/lexer.ts'],
  ['analysis-by-index', 'shared/view/deep.ts', '#shared/analyses/one/inner.ts', 'shared/analyses/one/inner.ts'],
  ['renderer-rows', 'renderer/app/reach.ts', '#shared/backend/thing.ts', null],
  ['hosts-apart', 'cli/reach.ts', '../electron/thing.ts', 'electron/thing.ts'],
  ['shared-knows-no-host', 'shared/text/host.ts', '../../cli/thing.ts', 'cli/thing.ts'],
  ['no-test-in-product', 'cli/tested.ts', '../test/thing.ts', 'test/thing.ts'],
  ['shared-packages', 'shared/text/package.ts', 'react', null],
  ['shared-no-node', 'shared/text/core.ts', 'node:fs', null],
  ['react-flow-in-graph', 'renderer/app/flow.ts', 'reactflow', null],
  ['monaco-in-editor', 'renderer/app/monaco.ts', 'monaco-editor', null],
]

for (const [, file, specifier, target] of violations) {
  house.plant(file, `import type * as planted from '${specifier}'\nexport type Planted = typeof planted\n`)
  if (target !== null && !violations.some(([, other]) => other === target)) house.plant(target, 'export const thing = 1\n')
}
house.plant('shared/schema/left.ts', "import { right } from './right.ts'\nexport const left: number = right\n")
house.plant('shared/schema/right.ts', "import { left } from './left.ts'\nexport const right: number = left\n")

const report = house.run('dependency-cruiser/bin/dependency-cruiser.mjs', ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'shared', 'cli', 'electron', 'renderer'])
assert.ok(report.output.includes("\"violations\""), report.output.slice(0, 2000))
const start = report.output.indexOf("{")
const found = (JSON.parse(report.output.slice(start, report.output.lastIndexOf('}') + 1)) as { summary: { violations: { from: string; rule: { name: string } }[] } }).summary.violations

for (const [rule, file, specifier] of violations) {
  test(`the import graph refuses ${specifier} in ${file}`, () => {
    assert.ok(found.some((violation) => violation.from === file && violation.rule.name === rule), `${rule} did not bark; for ${file} there is: ${found.filter((violation) => violation.from === file).map((violation) => violation.rule.name).join(', ') || 'nothing'}`)
  })
}

test('the import graph refuses a cycle', () => {
  assert.ok(found.some((violation) => violation.rule.name === 'no-cycles'))
})
