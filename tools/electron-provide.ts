// `npm run electron:provide -- <zip>`: puts a downloaded Electron zip in place after checking it against the hash that
// came with the npm package, so that a zip from any source can be trusted if it matches.
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { extract } from '@electron-internal/extract-zip'
import { electronFolder, executableName } from './electron-binary.mjs'

export interface ProvideOptions {
  readonly zip: string
  /** Folder of the `electron` package. */
  readonly folder: string
  readonly platform: NodeJS.Platform
  readonly arch: string
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/**
 * Checks, unpacks and registers the zip. Nothing is changed unless the hash matches; an earlier dist is replaced only
 * once the new one is complete.
 * Errors: a sentence, as `problem`.
 */
export async function provideElectron(options: ProvideOptions): Promise<{ readonly problem: string } | { readonly executable: string }> {
  if (!existsSync(options.zip)) return { problem: `There is no file ${options.zip}.` }
  const { version } = JSON.parse(readFileSync(path.join(options.folder, 'package.json'), 'utf8')) as { version: string }
  const name = `electron-v${version}-${options.platform}-${options.arch}.zip`
  const checksums = JSON.parse(readFileSync(path.join(options.folder, 'checksums.json'), 'utf8')) as Record<string, string>
  const expected = checksums[name]
  if (expected === undefined) return { problem: `Electron ${version} is not published for ${options.platform} ${options.arch}.` }
  const actual = await sha256Of(options.zip)
  if (actual !== expected) return { problem: `${options.zip} is not ${name}: its SHA-256 is ${actual}, expected is ${expected}. Nothing was changed.` }
  const fresh = path.join(options.folder, 'dist.new')
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  await extract(path.resolve(options.zip), { dir: fresh })
  const dist = path.join(options.folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  renameSync(fresh, dist)
  // Exactly the name, without a line end: the package downloads again otherwise.
  writeFileSync(path.join(options.folder, 'path.txt'), executableName(options.platform))
  return { executable: path.join(dist, executableName(options.platform)) }
}

if (import.meta.main) {
  const zip = process.argv[2]
  if (zip === undefined) {
    console.error('Usage: npm run electron:provide -- <electron-v….zip>')
    process.exitCode = 2
  } else {
    const result = await provideElectron({ zip, folder: electronFolder, platform: process.platform, arch: process.arch })
    if ('problem' in result) {
      console.error(result.problem)
      process.exitCode = 1
    } else console.log(`Electron is in place: ${result.executable}`)
  }
}
