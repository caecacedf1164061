import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { invariant } from '#shared/diagnostics/invariant.ts'

/** Running from sources (`.ts` under type stripping) or from `build/` (bundled `.js`). */
export const fromSources = import.meta.url.endsWith('.ts')

/** The nearest folder above this file that holds the bundled assets: the checkout, or `build/`. */
function productFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  for (let depth = 0; depth < 8; depth += 1) {
    if (existsSync(path.join(folder, 'assets', 'sample-incident'))) return folder
    folder = path.dirname(folder)
  }
  invariant(false, 'the assets folder is missing from this installation')
}

export const sampleFolder = (): string => path.join(productFolder(), 'assets', 'sample-incident')

/** The built screen: `index.html` and what it names. */
export const rendererFolder = (): string => (fromSources ? path.join(productFolder(), 'build', 'renderer') : path.join(productFolder(), 'renderer'))

/** Version of `package.json`. */
export function productVersion(): string {
  let folder = productFolder()
  for (let depth = 0; depth < 3; depth += 1) {
    const file = path.join(folder, 'package.json')
    if (existsSync(file)) return String((JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }).version ?? 'unknown')
    folder = path.dirname(folder)
  }
  return 'unknown'
}

/**
 * Where history and settings live: `STEELYARD_DATA`, else the platform's place for application data.
 * Source: XDG Base Directory Specification; Apple and Microsoft conventions.
 */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env, platform: string = process.platform, home: string = os.homedir()): string {
  const named = environment['STEELYARD_DATA']
  if (named !== undefined && named !== '') return path.resolve(named)
  if (platform === 'win32') return path.join(environment['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'Steelyard')
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Steelyard')
  const xdg = environment['XDG_DATA_HOME']
  // The specification: a relative path in this variable is invalid and must be ignored.
  return path.join(xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.local', 'share'), 'steelyard')
}
