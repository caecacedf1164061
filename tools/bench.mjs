// `npm run bench [name] [-- flags]`: runs test/bench/*.bench.ts one after another, each printing ratios against its yardstick.
// Never fails by the clock; a bench that crashes does fail.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { projectRoot, runNode } from './with-node.mjs'

const folder = path.join(projectRoot, 'test', 'bench')
const names = readdirSync(folder).filter((name) => name.endsWith('.bench.ts')).sort()
const [wanted, ...flags] = process.argv.slice(2)
const chosen = wanted === undefined || wanted.startsWith('-') ? names : names.filter((name) => name.startsWith(wanted))
if (chosen.length === 0) {
  console.error(`No bench named "${wanted}". There are: ${names.map((name) => name.replace('.bench.ts', '')).join(', ')}.`)
  process.exit(2)
}
const passOn = wanted?.startsWith('-') ? process.argv.slice(2) : flags
for (const name of chosen) {
  console.log(`\n── ${name}`)
  const code = await runNode(['--expose-gc', '--max-old-space-size=8192', path.join(folder, name), ...passOn.filter((flag) => flag !== '--')], { cwd: projectRoot })
  if (code !== 0) process.exitCode = 1
}
