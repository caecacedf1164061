// `npm run test:electron`: the suite against a real Electron, or one line that says why it was not run.
// With STEELYARD_REQUIRE_ELECTRON=1 a missing binary is a failure.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { findElectron } from './electron-binary.mjs'

const found = findElectron()
const probe = found.found ? spawnSync(found.path, ['--version'], { encoding: 'utf8', timeout: 20_000 }) : null
if (!found.found || probe === null || probe.status !== 0) {
  const reason = found.found ? `${found.path} --version did not answer.` : found.reason
  console.log(`NOT RUN: the suite against real Electron. ${reason}`)
  process.exitCode = process.env['STEELYARD_REQUIRE_ELECTRON'] === '1' ? 1 : 0
} else {
  console.log(`Electron ${probe.stdout.trim()} at ${found.path}`)
  const playwright = path.resolve(import.meta.dirname, '../node_modules/playwright/cli.js')
  const run = spawnSync(process.execPath, [playwright, 'test', '--config', 'test/electron-real/playwright.config.ts'], { stdio: 'inherit', cwd: path.resolve(import.meta.dirname, '..') })
  process.exitCode = run.status ?? 1
}
