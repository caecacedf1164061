import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { judgeOf } from '#shared/backend/behaviour.ts'
import type { Compiled } from '#shared/dialects/dialect.ts'
import { compileNginx } from '#shared/dialects/nginx/compile/compile.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { seededRandom } from '#test/oracle/haproxy/random.ts'
import { generateConfig } from '#test/oracle/nginx/generator.ts'
import { rewritten } from '#test/support/nginx-neutral-edits.ts'

const wanted = Number(process.env['STEELYARD_PAIRS'] ?? 150)
const firstSeed = Number(process.env['STEELYARD_SEED'] ?? 1)
const options = { requests: 0, bindHost: '127.0.0.1', bindPorts: [8001, 8002], stubPorts: Array.from({ length: 12 }, (_, index) => 9001 + index), count: () => undefined }

function compiled(files: ReadonlyMap<string, string>): Compiled {
  return compileNginx([...files].map(([path, text]) => {
    const file = { path, text, role: path === 'nginx.conf' ? 'config' : 'included', encoding: 'utf-8' } as const
    return { file, tree: parseNginx(file).tree }
  }), { environment: {}, version: null, sideFiles: new Map() })
}

test('an nginx config that was only written in another way is identical, whatever the mixture of edits that mean nothing', { timeout: 3_600_000 }, (context) => {
  const kinds = new Map<string, number>()
  const alarms: string[] = []
  let pairs = 0
  let refused = 0
  for (let seed = firstSeed; pairs < wanted && alarms.length < Number(process.env["STEELYARD_ALARMS"] ?? 5); seed += 1) {
    const random = seededRandom(seed * 17 + 3)
    const { config } = generateConfig({ ...options, seed })
    const before = compiled(new Map([['nginx.conf', config]]))
    if (before.diagnostics.some((each) => each.severity === 'error')) {
      refused += 1
      continue
    }
    const { files, names } = rewritten(random, config)
    const after = compiled(files)
    assert.deepEqual(after.diagnostics.filter((each) => each.severity === 'error').map((each) => each.message), [], `seed ${seed} after ${names.join(', ')}:\n${config}\nAFTER\n${[...files].flat().join('\n')}`)
    for (const name of names) kinds.set(name, (kinds.get(name) ?? 0) + 1)
    const started = performance.now()
    const { diff } = compareBehaviour(before.model, after.model, {
      judge: judgeOf(before.model, after.model),
      changedPools: diffTopology(before.model, after.model).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
      poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => performance.now() - started > 30_000 }, milliseconds: () => performance.now(),
    })
    pairs += 1
    if (diff.differs.length > 0 || diff.unknown.length > 0) {
      const said = [...diff.differs.map((one) => `${one.kind}: ${one.summary} ${JSON.stringify(one.witness)}`), ...diff.unknown.map((one) => `unknown: ${one.because}`)]
      alarms.push(`seed ${seed} after ${names.join(', ')}:\n${said.join('\n')}\n${config}\nAFTER\n${[...files].map(([path, text]) => `# ${path}\n${text}`).join('\n')}`)
    }
  }
  context.diagnostic(`pairs=${pairs} alarms=${alarms.length} refused=${refused}`)
  context.diagnostic([...kinds].sort().map(([name, count]) => `${name}=${count}`).join(', '))
  assert.equal(alarms.length, 0, alarms.join('\n\n'))
  assert.equal(pairs, wanted)
  assert.ok(kinds.size >= 13, 'every kind of edit was made')
})
