import { test } from 'node:test'
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { compareBehaviour } from '#shared/analyses/behaviour-diff/index.ts'
import { runChecks } from '#shared/analyses/checks/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { nginxTokens } from '#shared/dialects/nginx/accessors.ts'
import { compileNginx } from '#shared/dialects/nginx/compile/compile.ts'
import { nginx } from '#shared/dialects/nginx/index.ts'
import { expandIncludes } from '#shared/dialects/nginx/expand.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { diagnoseNginx } from '#shared/dialects/nginx/validate.ts'
import { defaultRequest } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

const root = path.join(import.meta.dirname, '../..')
const nginxFixtures = path.join(root, 'test/fixtures/nginx')

/** Sample configs that stand alone: the main files of the fixtures, the sample incident, the migration. */
const samples = [
  ...readdirSync(nginxFixtures).map((name) => path.join(nginxFixtures, name, 'nginx.conf')).filter((file) => existsSync(file)),
  ...['assets/sample-incident/before/nginx.conf', 'test/fixtures/migration/nginx.conf', 'test/fixtures/nginx/wild/lua.conf', 'test/fixtures/nginx/wild/crlf.conf'].map((name) => path.join(root, name)),
].map((file) => ({ name: path.relative(root, file), text: readFileSync(file, 'utf8') }))

function fileOf(text: string): SourceFile {
  return { path: 'nginx.conf', text, role: 'config', encoding: text.startsWith('\uFEFF') ? 'utf-8-bom' : 'utf-8' }
}

/** Everything that is said about the text alone. */
function findingsOf(text: string): readonly Diagnostic[] {
  const file = fileOf(text)
  const { tree, diagnostics } = parseNginx(file)
  assert.ok([...nginxTokens(tree)].join('') === text, 'tokens join to the text')
  const expansion = expandIncludes([{ file, tree }])
  return [...diagnostics, ...expansion.diagnostics, ...diagnoseNginx(expansion)]
}

/** The model, and what all checks say about it. */
function readWhole(text: string): { readonly model: RoutingModel; readonly checked: readonly Diagnostic[] } {
  const file = fileOf(text)
  const files = [{ file, tree: parseNginx(file).tree }]
  const options = { environment: {}, version: null, sideFiles: new Map() }
  const { model } = compileNginx(files, options)
  return { model, checked: [...nginx.checks.flatMap((check) => check.run({ files, model, options })), ...runChecks(model)] }
}

function compareWith(whole: RoutingModel, cut: RoutingModel): void {
  const started = performance.now()
  compareBehaviour(whole, cut, {
    judge: { before: (request) => routeRequest(whole, request), after: (request) => routeRequest(cut, request) },
    changedPools: diffTopology(whole, cut).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
    poolNames: new Map(), budget: { maxBranches: 500, spent: () => performance.now() - started > 200 }, milliseconds: () => performance.now(),
  })
}

function checkPlaces(text: string, findings: readonly Diagnostic[]): void {
  for (const finding of findings) {
    for (const { start, end } of [finding.at, ...finding.related.map((one) => one.at)]) assert.ok(start >= 0 && start <= end && end <= text.length, `${finding.code} stands inside the file`)
    assert.ok(finding.message.length <= 1001 && finding.message.endsWith('.'), finding.message)
  }
}

/** Bytes after which something is open or unfinished: nginx refuses a file that ends there. */
function isUnfinished(text: string): boolean {
  const depth = (text.match(/\{/g) ?? []).length - (text.match(/\}/g) ?? []).length
  return depth > 0
}

test('every sample cut behind every byte is read and compiled; what is cut inside a block is refused', () => {
  let cuts = 0
  for (const { name, text } of samples) {
    for (let end = 0; end <= text.length; end += 1) {
      const cut = text.slice(0, end)
      try {
        const findings = findingsOf(cut)
        checkPlaces(cut, findings)
        if (!name.includes('broken') && !name.includes('lua') && isUnfinished(cut.replace(/"[^"\n]*"|'[^'\n]*'|#[^\n]*|~\S*|\$\{\w*\}?/g, ''))) assert.ok(findings.some((one) => one.severity === 'error'), 'something is open, and nothing is said')
      } catch (error) {
        throw new Error(`${name} up to ${end}`, { cause: error })
      }
      if (end % 7 === 0) compileNginx([{ file: fileOf(cut), tree: parseNginx(fileOf(cut)).tree }], { environment: {}, version: null, sideFiles: new Map() })
      cuts += 1
    }
  }
  assert.ok(cuts > 10_000, String(cuts))
})

test('samples cut at bytes spread over them are checked, routed and compared with the whole', () => {
  for (const { name, text } of samples) {
    const whole = readWhole(text)
    for (let part = 1; part <= 3; part += 1) {
      const cut = text.slice(0, Math.floor((text.length * part) / 4))
      try {
        const { model, checked } = readWhole(cut)
        checkPlaces(cut, checked)
        compareWith(whole.model, model)
        compareWith(model, whole.model)
        for (const listener of model.listeners) routeRequest(model, { ...defaultRequest, listener: listener.name, path: '/a/b?c' })
      } catch (error) {
        throw new Error(`${name} up to ${cut.length}`, { cause: error })
      }
    }
  }
})
