// `npm run build`: renderer with Vite, command line, engine worker and desktop shell with Rolldown, all into build/.
// `--only renderer,node` builds a part; nothing is downloaded.
import path from 'node:path'
import { projectRoot, runNode } from './with-node.mjs'

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.exitCode = await runNode([path.join(projectRoot, 'tools', 'build.mjs'), ...process.argv.slice(2)], { cwd: projectRoot })
} else {
  const { buildParts } = await import('./build-parts.mjs')
  const only = process.argv.indexOf('--only')
  await buildParts(only === -1 ? undefined : process.argv[only + 1]?.split(','))
}
