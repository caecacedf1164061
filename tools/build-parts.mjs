import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from './with-node.mjs'

const out = path.join(projectRoot, 'build')
/** What stays outside the bundles: Node itself, Electron, and packages that carry native binaries. */
const external = [/^node:/, 'electron', '@resvg/resvg-js']

async function bundle(input, folder, options = {}) {
  const { rolldown } = await import('rolldown')
  const build = await rolldown({ input, platform: 'node', external, cwd: projectRoot, ...options.input })
  await build.write({ dir: path.join(out, folder), format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js', ...options.output })
  await build.close()
}

/** Command line and the engine's worker thread, plain JavaScript. */
async function buildNode() {
  rmSync(path.join(out, 'cli'), { recursive: true, force: true })
  await bundle({ steelyard: 'cli/main.ts', 'engine-worker': 'shared/node/engine-worker.ts' }, 'cli')
  const file = path.join(out, 'cli', 'steelyard.js')
  chmodSync(file, 0o755)
  cpSync(path.join(projectRoot, 'assets'), path.join(out, 'assets'), { recursive: true, filter: (source) => path.basename(source) !== 'readme' })
}

/** Desktop shell: main as a module, preload as CommonJS because a sandboxed preload takes nothing else. */
async function buildElectron() {
  if (!existsSync(path.join(projectRoot, 'electron', 'main.ts'))) return
  rmSync(path.join(out, 'electron'), { recursive: true, force: true })
  await bundle({ main: 'electron/main.ts', 'engine-worker': 'shared/node/engine-worker.ts' }, 'electron')
  await bundle({ preload: 'electron/preload.cts' }, 'electron', { output: { format: 'cjs', entryFileNames: '[name].cjs' } })
}

async function buildRenderer() {
  const { build } = await import('vite')
  await build({ configFile: path.join(projectRoot, 'renderer', 'vite.config.ts'), logLevel: 'warn' })
}

const parts = { node: buildNode, electron: buildElectron, renderer: buildRenderer }

/** Newest change among the sources of the build, milliseconds since the epoch. */
function newestSource() {
  let newest = 0
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory()) walk(file)
      else newest = Math.max(newest, statSync(file).mtimeMs)
    }
  }
  for (const folder of ['shared', 'cli', 'electron', 'renderer', 'assets', 'tools']) walk(path.join(projectRoot, folder))
  return Math.max(newest, statSync(path.join(projectRoot, 'package-lock.json')).mtimeMs)
}

const stampOf = (part) => path.join(out, `.built-${part}`)

/** Builds the named parts (all by default). With `ifStale`, only those older than their sources. */
export async function buildParts(names = Object.keys(parts), { ifStale = false } = {}) {
  mkdirSync(out, { recursive: true })
  const newest = ifStale ? newestSource() : 0
  for (const name of names) {
    if (parts[name] === undefined) throw new Error(`No part "${name}"; there are ${Object.keys(parts).join(', ')}.`)
    if (ifStale && existsSync(stampOf(name)) && statSync(stampOf(name)).mtimeMs >= newest) continue
    const started = performance.now()
    await parts[name]()
    writeFileSync(stampOf(name), '')
    console.log(`built ${name} in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }
}
