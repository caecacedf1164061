// Runs a TypeScript entry under Node 24, which `npm ci` brings along, whatever Node started this file.
// Plain JavaScript on purpose: it must load on any Node, so that a wrong one gets a sentence instead of a stack trace.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const minimum = 24

/** Path of a Node of major 24 or newer: the running one, else the one among the dependencies. Exits with one plain line when there is none. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= minimum) return process.execPath
  const require = createRequire(import.meta.url)
  const names = [`node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]
  for (const name of names) {
    try {
      const folder = path.dirname(require.resolve(`${name}/package.json`))
      const binary = process.platform === 'win32' ? path.join(folder, 'bin', 'node.exe') : path.join(folder, 'bin', 'node')
      if (existsSync(binary)) return binary
    } catch {
      // This platform's package is not installed; try the next name.
      continue
    }
  }
  console.error(`Steelyard needs Node ${minimum} or newer; this is Node ${process.versions.node}. Run "npm ci" (without --omit=optional), or install Node ${minimum} from nodejs.org.`)
  process.exit(2)
}

/** Runs `args` under Node 24 with its folder first on PATH; resolves to the exit code. */
export function runNode(args, options = {}) {
  const node = findNode()
  const env = { ...process.env, ...options.env, PATH: `${path.dirname(node)}${path.delimiter}${path.join(projectRoot, 'node_modules', '.bin')}${path.delimiter}${process.env['PATH'] ?? ''}` }
  return new Promise((resolve) => {
    const child = spawn(node, args, { stdio: 'inherit', cwd: options.cwd ?? process.cwd(), env })
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
    child.on('error', (error) => {
      console.error(`Could not start ${node}: ${error.message}`)
      resolve(2)
    })
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)))
  })
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await runNode(process.argv.slice(2))
}
