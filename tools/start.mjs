// `npm start [files]`: builds what is out of date, then opens the desktop app, or, where Electron is not on the machine,
// the same app in a browser.
import path from 'node:path'
import { projectRoot, runNode } from './with-node.mjs'

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.exitCode = await runNode([path.join(projectRoot, 'tools', 'start.mjs'), ...process.argv.slice(2)])
} else {
  const { buildParts } = await import('./build-parts.mjs')
  const { findElectron } = await import('./electron-binary.mjs')
  await buildParts(undefined, { ifStale: true })
  const files = process.argv.slice(2).map((file) => (file.startsWith('-') ? file : path.resolve(file)))
  const electron = findElectron()
  if (electron.found) {
    const { spawn } = await import('node:child_process')
    const child = spawn(electron.path, [projectRoot, ...files], { stdio: 'inherit' })
    child.on('exit', (code) => { process.exitCode = code ?? 1 })
  } else {
    console.log(`The desktop shell cannot start: ${electron.reason} Steelyard opens in your browser instead.`)
    process.exitCode = await runNode([path.join(projectRoot, 'build', 'cli', 'steelyard.js'), 'serve', '--open', ...files])
  }
}
