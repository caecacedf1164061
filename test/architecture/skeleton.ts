import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const projectRoot = path.resolve(import.meta.dirname, '..', '..')

/** A bare copy of the house (configs of the guards, no code) in a temporary folder, to plant violations in. */
export interface Skeleton {
  readonly folder: string
  /** Writes one file; folders are made as needed. */
  plant(file: string, text: string): void
  /** Runs a tool of node_modules; output holds both streams. */
  run(tool: string, args: readonly string[]): { readonly code: number; readonly output: string }
  dispose(): void
}

export function createSkeleton(): Skeleton {
  const folder = mkdtempSync(path.join(tmpdir(), 'steelyard-house-'))
  for (const file of ['package.json', 'tsconfig.base.json', '.dependency-cruiser.cjs', 'eslint.config.js', 'shared/tsconfig.json', 'shared/node/tsconfig.json', 'cli/tsconfig.json', 'electron/tsconfig.json', 'renderer/tsconfig.json', 'test/tsconfig.json', 'tools/tsconfig.json']) {
    cpSync(path.join(projectRoot, file), path.join(folder, file))
  }
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(folder, 'node_modules'), 'dir')
  return {
    folder,
    plant(file, text) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), text)
    },
    run(tool, args) {
      const result = spawnSync(process.execPath, [path.join(projectRoot, 'node_modules', tool), ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 })
      return { code: result.status ?? -1, output: `${result.stdout}${result.stderr}` }
    },
    dispose() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
