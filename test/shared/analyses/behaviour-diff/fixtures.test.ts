import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { behaviourOf } from '#shared/backend/behaviour.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { toPair } from '#shared/backend/pairs.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import type { BehaviourAnswer, BehaviourClass } from '#shared/rpc/payloads.ts'

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/diffs')
const drills = path.resolve(import.meta.dirname, '../../../drills')
const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-diffs-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })
const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: scratch }, () => undefined)

interface ExpectedClass {
  readonly kind: string
  readonly beforePool: string | null
  readonly afterPool: string | null
  readonly whenIncludes?: readonly string[]
  readonly summaryIncludes?: readonly string[]
}

interface Expected {
  readonly verdict: string
  readonly classes?: readonly ExpectedClass[]
}

async function load(place: string): Promise<LoadedConfig> {
  const loaded = await loadConfig(ports, { kind: 'path', path: place }, { dialect: null, root: null, environment: {}, version: null }, { cancelled: () => false })
  if (!loaded.ok) assert.fail(loaded.failure.message)
  assert.deepEqual(loaded.value.summary.diagnostics.filter((one) => one.severity === 'error'), [], place)
  return loaded.value
}

interface Compared {
  readonly before: LoadedConfig
  readonly after: LoadedConfig
  readonly answer: BehaviourAnswer
}

async function compare(before: string, changed: string): Promise<Compared> {
  const sides = { before: await load(before), after: await load(changed) }
  return { ...sides, answer: behaviourOf(ports, toPair(sides.before, sides.after)) }
}

function expectedIn<T>(folder: string): T {
  return JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as T
}

const poolOf = (outcome: Outcome): string | null => (outcome.action === 'forward' ? outcome.pool : null)

function fits(one: BehaviourClass, expected: ExpectedClass): boolean {
  const includes = (text: string, words: readonly string[] = []): boolean => words.every((word) => text.includes(word))
  return one.kind === expected.kind && poolOf(one.before.outcome) === expected.beforePool && poolOf(one.after.outcome) === expected.afterPool
    && includes(one.when, expected.whenIncludes) && includes(one.summary, expected.summaryIncludes)
}

/** A class names its lines and shows a request that the simulator treats as it says. */
function assertNamed({ before, after: changed }: Compared, one: BehaviourClass): void {
  assert.ok(one.when !== '' && one.summary.endsWith('.'), one.summary)
  assert.ok(one.cause.before.length + one.cause.after.length > 0, `no line is named for: ${one.summary}`)
  for (const [side, loaded] of [['before', before], ['after', changed]] as const) {
    assert.deepEqual(prepareRouter(loaded.model).route(one.witness, { explain: false }).outcome, one[side].outcome, `${one.summary} ${side}`)
  }
}

const shown = (answer: BehaviourAnswer): string => JSON.stringify([...answer.differs.map((one) => [one.kind, one.when, one.summary, poolOf(one.before.outcome), poolOf(one.after.outcome)]), ...answer.unknown.map((one) => one.because)], null, 1)

for (const name of readdirSync(fixtures).sort()) {
  const folder = path.join(fixtures, name)
  if (!existsSync(path.join(folder, 'expected.json'))) continue
  const expected = expectedIn<Expected>(folder)
  test(`the small edit "${name.replaceAll('-', ' ')}" is ${expected.verdict === 'identical' ? 'no change for any request' : 'named with its requests, pools and lines'}`, async () => {
    const compared = await compare(path.join(folder, 'before'), path.join(folder, 'after'))
    const { answer } = compared
    assert.equal(answer.verdict, expected.verdict, shown(answer))
    assert.deepEqual(answer.unknown, [])
    assert.equal(answer.differs.length, expected.classes?.length ?? 0, shown(answer))
    for (const one of expected.classes ?? []) assert.equal(answer.differs.filter((each) => fits(each, one)).length, 1, `${JSON.stringify(one)}\n${shown(answer)}`)
    for (const one of answer.differs) assertNamed(compared, one)
  })
}

for (const name of readdirSync(drills).sort()) {
  const folder = path.join(drills, name)
  const { first } = expectedIn<{ readonly first: ExpectedClass }>(folder)
  test(`the outage of the drill "${name.replaceAll('-', ' ')}" is the first class, in a sentence about its pool`, async () => {
    const compared = await compare(path.join(folder, 'before', 'haproxy.cfg'), path.join(folder, 'after', 'haproxy.cfg'))
    const { answer } = compared
    assert.equal(answer.verdict, 'changed')
    assert.deepEqual(answer.unknown, [])
    const [worst] = answer.differs
    if (worst === undefined) assert.fail('no class was found')
    assert.ok(fits(worst, first), `${JSON.stringify(first)}\n${shown(answer)}`)
    for (const one of answer.differs) assertNamed(compared, one)
  })
}
