import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from './with-node.mjs'

/** Where the Electron package keeps its binary, without importing that package: its index would try to download. */
export const electronFolder = path.join(projectRoot, 'node_modules', 'electron')

/** Path inside a dist folder, by platform; what the package writes into path.txt. */
export function executableName(platform = process.platform) {
  if (platform === 'win32') return 'electron.exe'
  return platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
}

/** `{found: true, path, from}` or `{found: false, reason}`; nothing is downloaded and nothing is started. */
export function findElectron(env = process.env) {
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  if (override !== undefined && override !== '') {
    const binary = path.join(override, executableName())
    return existsSync(binary) ? { found: true, path: binary, from: 'ELECTRON_OVERRIDE_DIST_PATH' } : { found: false, reason: `ELECTRON_OVERRIDE_DIST_PATH names a folder without ${executableName()}.` }
  }
  const pathFile = path.join(electronFolder, 'path.txt')
  if (!existsSync(pathFile)) return { found: false, reason: 'Electron is not on this machine ("npm run electron:provide -- <zip>" or "npx install-electron" brings it).' }
  const name = readFileSync(pathFile, 'utf8')
  const binary = path.join(electronFolder, 'dist', name)
  return existsSync(binary) ? { found: true, path: binary, from: 'node_modules/electron/dist' } : { found: false, reason: 'the Electron package is installed, its binary is not.' }
}
