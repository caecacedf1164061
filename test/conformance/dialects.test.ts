import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import type { Compiled, CompileOptions, Dialect, Parsed } from '#shared/dialects/dialect.ts'
import { dialects } from '#shared/dialects/registry.ts'
import { isAction } from '#shared/model/routing-model.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import { toy } from '#test/fixtures/toy-dialect/toy.ts'

/** What every dialect must hold, whatever its product. The toy dialect keeps the recipe honest. */
const root = join(import.meta.dirname, '..', '..')
const options: CompileOptions = { environment: {}, version: null, sideFiles: new Map() }

interface Fixture {
  readonly name: string
  readonly files: readonly SourceFile[]
}

function fixturesOf(id: string): readonly Fixture[] {
  const folder = join(root, 'test/fixtures', id)
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => ({
    name: entry.name,
    files: readdirSync(join(folder, entry.name)).filter((name) => /\.(?:cfg|toy|conf)$/.test(name)).toSorted()
      .map((name) => ({ path: name, text: readFileSync(join(folder, entry.name, name), 'utf8'), role: 'config', encoding: 'utf-8' })),
  }))
}

function compileTexts(dialect: Dialect, files: readonly SourceFile[]): Compiled & { readonly parsed: readonly Parsed<unknown>[] } {
  const parsed = files.map((file) => ({ file, tree: dialect.parse(file).tree }))
  return { ...dialect.compile(parsed, options), parsed }
}

/** A model as plain data, for comparing. */
function toPlain(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (part instanceof Map ? [...part] : part))
}

function checkSpans(value: unknown, texts: ReadonlyMap<string, string>, about: string): void {
  if (typeof value !== 'object' || value === null) return
  if ('file' in value && 'start' in value && 'end' in value) {
    const text = texts.get(String(value.file))
    assert.ok(text !== undefined, `${about}: a span names the unknown file ${String(value.file)}`)
    const start = Number(value.start)
    const end = Number(value.end)
    assert.ok(start >= 0 && start <= end && end <= text.length, `${about}: span ${start}–${end} is outside the file of ${text.length}`)
    return
  }
  for (const part of value instanceof Map ? value.values() : Object.values(value)) checkSpans(part, texts, about)
}

for (const dialect of [...dialects, toy as Dialect]) {
  const fixtures = fixturesOf(dialect.id)
  describe(`dialect ${dialect.id}`, () => {
    test('has fixtures', () => { assert.ok(fixtures.length > 0) })

    if (dialect.id !== 'toy') {
      test('has its folder and a README', () => {
        const readme = readFileSync(join(root, 'shared/dialects', dialect.id, 'README.md'), 'utf8')
        assert.ok(readme.length > 500)
        for (const version of dialect.verifiedOn) assert.ok(readme.includes(version), `the README does not mention version ${version}`)
      })
    }

    test('tokens of every fixture join to the exact text', () => {
      for (const fixture of fixtures) for (const file of fixture.files) assert.equal([...dialect.tokens(dialect.parse(file).tree)].join(''), file.text, fixture.name)
    })

    test('no prefix of a fixture makes parsing or compiling throw, and tokens still join', () => {
      for (const fixture of fixtures) {
        for (const file of fixture.files) {
          const step = Math.max(1, Math.floor(file.text.length / 120))
          for (let end = 0; end <= file.text.length; end += step) {
            const cut = { ...file, text: file.text.slice(0, end) }
            const { parsed } = compileTexts(dialect, [cut])
            assert.equal([...dialect.tokens(parsed[0]?.tree)].join(''), cut.text, `${fixture.name} up to ${end}`)
          }
        }
      }
    })

    test('spans of models and findings stay inside their files', () => {
      for (const fixture of fixtures) {
        const texts = new Map(fixture.files.map((file) => [file.path, file.text]))
        const { model, diagnostics } = compileTexts(dialect, fixture.files)
        checkSpans(model, texts, fixture.name)
        checkSpans(diagnostics, texts, fixture.name)
        for (const file of fixture.files) checkSpans(dialect.parse(file).diagnostics, texts, fixture.name)
        for (const file of fixture.files) checkSpans(dialect.outline(dialect.parse(file).tree), texts, fixture.name)
      }
    })

    test('the same files give the same model and findings', () => {
      for (const fixture of fixtures) {
        const first = compileTexts(dialect, fixture.files)
        const second = compileTexts(dialect, fixture.files)
        assert.equal(toPlain(first.model), toPlain(second.model), fixture.name)
        assert.equal(toPlain(first.diagnostics), toPlain(second.diagnostics), fixture.name)
      }
    })

    test('models hold together: ids differ, scopes and pools that are named exist, chains end', () => {
      for (const fixture of fixtures) {
        const { model } = compileTexts(dialect, fixture.files)
        const ids = [...model.listeners.map((one) => one.id), ...model.pools.map((one) => one.id), ...model.pools.flatMap((one) => one.members.map((member) => member.id)),
          ...[...model.scopes.values()].flatMap((scope) => scope.steps.map((step) => step.id))]
        assert.equal(new Set(ids).size, ids.length, `${fixture.name}: ${ids.filter((id, index) => ids.indexOf(id) !== index).join(', ')}`)
        const names = new Set(model.pools.map((pool) => pool.name))
        for (const entry of [...model.listeners.map((one) => one.entry), ...model.pools.map((one) => one.entry)]) assert.ok(entry === null || model.scopes.has(entry), `${fixture.name}: ${entry ?? ''}`)
        for (const [id, scope] of model.scopes) {
          assert.equal(id, scope.id)
          assert.ok(scope.next === null ? scope.otherwise !== null : model.scopes.has(scope.next), `${fixture.name}: ${id}`)
          for (const step of scope.steps) {
            assert.ok(step.origin.length > 0, `${fixture.name}: ${step.id} has no place`)
            if (isAction(step.does) && step.does.kind === 'forward') assert.ok(names.has(step.does.pool), `${fixture.name}: ${step.id}`)
          }
        }
      }
    })

    test('every support entry has a sentence and a kind', () => {
      for (const [key, entry] of dialect.support.entries) {
        assert.equal(key, entry.key)
        assert.match(key, /^\S+ \S/)
        assert.match(entry.summary, /\.$/, key)
      }
    })

    test('every modelled word stands in a fixture', () => {
      const written = new Set(fixtures.flatMap((fixture) => fixture.files.flatMap((file) => file.text.split(/[^A-Za-z0-9_.-]+/))))
      const absent = [...dialect.support.entries.values()].filter((entry) => entry.state === 'modelled')
        .filter((entry) => !(entry.key.split(' ').slice(1).join(' ').match(/[A-Za-z0-9_.-]+/g) ?? []).every((word) => written.has(word)))
      assert.deepEqual(absent.map((entry) => entry.key), [])
    })

    test('every check finds its bad example and not its good one', () => {
      for (const check of dialect.checks) {
        for (const [text, wanted] of [[check.bad, true], [check.good, false]] as const) {
          const files: readonly SourceFile[] = [{ path: 'example', text, role: 'config', encoding: 'utf-8' }]
          const { model, parsed } = compileTexts(dialect, files)
          const found = check.run({ files: parsed, model, options }).some((finding) => finding.code === check.code)
          assert.equal(found, wanted, `${check.code} on its ${wanted ? 'bad' : 'good'} example`)
        }
      }
    })
  })
}
