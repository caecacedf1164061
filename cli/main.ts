#!/usr/bin/env node
// Entry of the command line. Only what every Node can load stands here, so that a wrong one gets a sentence.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'

const neededMajor = 24

/** A new enough Node among the installed dependencies, or null. */
function bundledNode(): string | null {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const require = createRequire(import.meta.url)
  for (const name of [`node-${platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    try {
      return path.join(path.dirname(require.resolve(`${name}/package.json`)), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    } catch {
      // Not installed on this platform; the next name may be.
      continue
    }
  }
  return null
}

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < neededMajor) {
    const node = bundledNode()
    if (node === null) {
      console.error(`steelyard needs Node ${neededMajor} or newer; this is Node ${process.versions.node}.`)
      process.exitCode = 2
      return
    }
    const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
    // A terminal sends this one to both of us; the child decides how it ends.
    process.on('SIGINT', () => undefined)
    process.exitCode = await new Promise<number>((resolve) => {
      child.on('error', () => resolve(2))
      child.on('exit', (code) => resolve(code ?? 1))
    })
    return
  }
  const { runCli } = await import('./run.ts')
  const { nodeIo } = await import('./node-io.ts')
  process.exitCode = await runCli(process.argv.slice(2), nodeIo())
}

await main()
