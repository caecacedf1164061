// `npm run electron:doctor`: says which Electron would start, and which of the settings that influence it are in force.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { electronFolder, findElectron } from './electron-binary.mjs'

const settings = [
  ['ELECTRON_OVERRIDE_DIST_PATH', 'folder that holds the binary; used as it is, no version or hash check'],
  ['ELECTRON_MIRROR', 'where install-electron downloads from (must end with a slash)'],
  ['ELECTRON_CUSTOM_DIR', 'folder of the version below the mirror'],
  ['electron_config_cache', 'folder in which install-electron keeps downloads'],
  ['ELECTRON_INSTALL_PLATFORM', 'platform to fetch for'],
  ['ELECTRON_INSTALL_ARCH', 'processor to fetch for'],
  ['ELECTRON_BUILDER_BINARIES_MIRROR', "where electron-builder's own tools come from"],
] as const

/** The report, a line each; the last one says what `npm start` will do. */
export function diagnoseElectron(folder: string, env: NodeJS.ProcessEnv): readonly string[] {
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }
  const lines = [`wanted: Electron ${version} for ${process.platform} ${process.arch}`]
  const pathFile = path.join(folder, 'path.txt')
  lines.push(existsSync(pathFile) ? `path.txt: ${JSON.stringify(readFileSync(pathFile, 'utf8'))}` : 'path.txt: missing (no binary was installed)')
  const versionFile = path.join(folder, 'dist', 'version')
  if (existsSync(versionFile)) {
    const installed = readFileSync(versionFile, 'utf8').trim()
    lines.push(installed.replace(/^v/, '') === version ? `dist: ${installed}` : `dist: ${installed}, but ${version} is wanted; run install-electron or electron:provide again`)
  } else lines.push('dist: missing')
  for (const [name, meaning] of settings) if (env[name] !== undefined) lines.push(`${name}=${env[name]}: ${meaning}`)
  const found = findElectron(env)
  lines.push(found.found ? `npm start opens the desktop app with ${found.path} (from ${found.from})` : `npm start opens the browser instead: ${found.reason}`)
  return lines
}

if (import.meta.main) for (const line of diagnoseElectron(electronFolder, process.env)) console.log(line)
