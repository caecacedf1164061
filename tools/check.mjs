// `npm run check`: types, import graph, lint, unused exports, fast tests. What a developer runs before every push.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { rooms } from './rooms.mjs'
import { runStages, runTests, tools } from './stages.mjs'
import { projectRoot, runNode } from './with-node.mjs'

const present = (folders) => folders.filter((folder) => existsSync(path.join(projectRoot, folder)))
const inRoot = { cwd: projectRoot }

export const fastFolders = ['test/shared', 'test/renderer', 'test/cli', 'test/conformance', 'test/property', 'test/electron', 'test/architecture']

async function types() {
  for (const room of rooms) {
    const code = await runNode([tools.tsc, '-p', path.join(room, 'tsconfig.json')], inRoot)
    if (code !== 0) return { code }
  }
  return { code: 0 }
}

export const checkStages = [
  ['types, one world per room', types],
  ['import graph', async () => ({ code: await runNode([tools.depcruise, '--config', '.dependency-cruiser.cjs', ...present(['shared', 'cli', 'electron', 'renderer'])], inRoot) })],
  ['lint', async () => ({ code: await runNode([tools.eslint, '--max-warnings', '0', '--no-warn-ignored', ...present(['shared', 'cli', 'electron', 'renderer', 'test', 'tools'])], inRoot) })],
  ['unused exports', async () => ({ code: await runNode([tools.knip, '--no-config-hints'], inRoot) })],
  ['fast tests', async () => runTests('fast', present(fastFolders).map((folder) => `${folder}/**/*.test.ts`))],
]

if (process.argv[1] === path.join(projectRoot, 'tools', 'check.mjs')) {
  const result = await runStages(checkStages)
  process.exitCode = result.exit
}
