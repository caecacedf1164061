// Runs named stages one after another, prints what each took, and ends with one line that says how it all went.
import { runNode } from './with-node.mjs'
import { mkdirSync, readFileSync, rmSync, existsSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from './with-node.mjs'

export const resultsFolder = path.join(projectRoot, 'test-results')
const binary = (name) => path.join(projectRoot, 'node_modules', name)
export const tools = {
  tsc: binary('typescript-native/bin/tsc'),
  depcruise: binary('dependency-cruiser/bin/dependency-cruiser.mjs'),
  eslint: binary('eslint/bin/eslint.js'),
  knip: binary('knip/bin/knip.js'),
  playwright: binary('playwright/cli.js'),
}

/** Counts of a run of node's own test runner, read from its TAP file. */
export function readTap(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') + count('todo') }
}

/** Runs test files or folders under node's test runner; returns counts and the exit code. */
export async function runTests(name, files, { concurrency = 2, env = {} } = {}) {
  mkdirSync(resultsFolder, { recursive: true })
  const tap = path.join(resultsFolder, `${name}.tap`)
  rmSync(tap, { force: true })
  const code = await runNode([
    '--test', `--test-concurrency=${concurrency}`, '--test-timeout=600000',
    '--test-reporter=dot', '--test-reporter-destination=stdout', '--test-reporter=tap', `--test-reporter-destination=${tap}`, ...files,
  ], { cwd: projectRoot, env })
  const counts = readTap(tap)
  if (code !== 0 || counts.failed > 0) printFailures(tap)
  return { code, ...counts }
}

function printFailures(tap) {
  if (!existsSync(tap)) return
  const lines = readFileSync(tap, 'utf8').split('\n')
  lines.forEach((line, index) => {
    if (/^\s*not ok /.test(line) && !lines[index].includes('# SKIP')) console.error(lines.slice(index, index + 40).join('\n'))
  })
}

/** Runs stages in order; stops at the first that fails unless `keepGoing`. Each returns `{code, passed?, failed?, skipped?}`. */
export async function runStages(stages) {
  const totals = { passed: 0, failed: 0, skipped: 0 }
  let exit = 0
  for (const [name, run] of stages) {
    const started = process.hrtime.bigint()
    console.log(`\n── ${name}`)
    const result = await run()
    const seconds = Number(process.hrtime.bigint() - started) / 1e9
    const counted = result.passed === undefined ? '' : `, ${result.passed} passed, ${result.failed} failed${result.skipped > 0 ? `, ${result.skipped} skipped` : ''}`
    console.log(`── ${name}: ${result.code === 0 ? 'ok' : `failed (exit ${result.code})`} in ${seconds.toFixed(1)} s${counted}`)
    totals.passed += result.passed ?? (result.code === 0 ? 1 : 0)
    totals.failed += result.passed === undefined ? (result.code === 0 ? 0 : 1) : Math.max(result.failed, result.code === 0 ? 0 : 1)
    totals.skipped += result.skipped ?? 0
    if (result.code !== 0) {
      exit = 1
      break
    }
  }
  console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
  return { exit, ...totals }
}
