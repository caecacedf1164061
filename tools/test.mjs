// `npm test`: everything, fast things first: checks, then the build, the real balancers, the browser and the desktop stand-in.
// Missing balancers or browser are skipped with a loud line; with STEELYARD_REQUIRE_ALL=1 (CI) a skip is a failure.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { checkStages } from './check.mjs'
import { resultsFolder, runStages, runTests, tools } from './stages.mjs'
import { projectRoot, runNode } from './with-node.mjs'

const requireAll = process.env['STEELYARD_REQUIRE_ALL'] === '1'
const browser = process.env['STEELYARD_CHROMIUM'] ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))

async function browserTests() {
  if (browser === undefined) {
    console.log('SKIPPED: no Chromium found (set STEELYARD_CHROMIUM to its path): the app was not looked at in a browser.')
    return { code: requireAll ? 1 : 0, passed: 0, failed: 0, skipped: 1 }
  }
  mkdirSync(resultsFolder, { recursive: true })
  const report = path.join(resultsFolder, 'e2e.json')
  rmSync(report, { force: true })
  const code = await runNode([tools.playwright, 'test', '--config', 'test/e2e/playwright.config.ts', '--reporter=line,json'], {
    cwd: projectRoot, env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report, STEELYARD_CHROMIUM: browser },
  })
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).stats : { expected: 0, unexpected: 1, flaky: 0, skipped: 0 }
  return { code: code !== 0 || stats.expected === 0 ? 1 : 0, passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }
}

const folderIfPresent = (folder) => (existsSync(path.join(projectRoot, folder)) ? [`${folder}/**/*.test.ts`] : [])

const result = await runStages([
  ...checkStages,
  ['build', async () => ({ code: await runNode([path.join(projectRoot, 'tools', 'build.mjs')], { cwd: projectRoot }) })],
  ['real balancers', async () => runTests('oracle', folderIfPresent('test/oracle'), { env: { STEELYARD_REQUIRE_BALANCERS: requireAll ? '1' : '0' } })],
  ['desktop shell under the stand-in, and packaging', async () => runTests('standin', folderIfPresent('test/standin'), { concurrency: 1, env: { STEELYARD_CHROMIUM: browser ?? '' } })],
  ['browser', browserTests],
])
if (result.exit === 0 && result.skipped > 0) console.log(`${result.skipped} skipped: install what the lines above name to run them.`)
process.exitCode = result.exit !== 0 || (requireAll && result.skipped > 0) ? 1 : 0
