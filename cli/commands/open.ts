import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from '#cli/command.ts'
import { exitCodes } from '#cli/io.ts'
import { runServe, serveOptions } from './serve.ts'

export const command: Command = {
  usage: 'open [CONFIG…]',
  summary: 'Starts the desktop app; where Electron is not installed, the same app in a browser.',
  options: serveOptions,
  async run(args, io) {
    const electron = findElectron()
    const app = appFolder()
    if (electron === null || app === null) {
      io.err(`The desktop app cannot start: ${electron === null ? 'Electron is not installed here (npm run electron:doctor says more)' : 'it has not been built (npm run build)'}. Steelyard serves the same app to your browser instead.\n`)
      return runServe(args, io)
    }
    const files = args.positionals.map((name) => (/^(git:|known-good:|-$)/.test(name) ? name : path.resolve(name)))
    const child = spawn(electron, [app, ...files], { stdio: 'ignore', detached: true })
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    child.unref()
    return exitCodes.clean
  },
}

/** Path of the Electron binary: a named distribution, or the one unpacked in its package. Source: electron's own index.js. */
function findElectron(): string | null {
  const named = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  const binary = process.platform === 'win32' ? 'electron.exe' : process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
  if (named !== undefined && named !== '') return existsSync(path.join(named, binary)) ? path.join(named, binary) : null
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
    const pathFile = path.join(folder, 'path.txt')
    if (!existsSync(pathFile)) return null
    const file = path.join(folder, 'dist', readFileSync(pathFile, 'utf8'))
    return existsSync(file) ? file : null
  } catch {
    // The package is not there at all: a production install.
    return null
  }
}

/** The folder Electron is started with: the one whose package.json names the built main file. */
function appFolder(): string | null {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  for (let depth = 0; depth < 6; depth += 1) {
    if (existsSync(path.join(folder, 'build', 'electron', 'main.js')) && existsSync(path.join(folder, 'package.json'))) return folder
    folder = path.dirname(folder)
  }
  return null
}
