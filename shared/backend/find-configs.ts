import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { detectDialect } from '#shared/dialects/registry.ts'
import type { CallContext } from '#shared/rpc/method.ts'
import type { Ports } from './ports.ts'

export interface FoundConfig {
  readonly path: string
  readonly dialect: string
  readonly confidence: number
}

const depthLimit = 6
const folderLimit = 2000
const candidateLimit = 500
const beginningBytes = 4 * 1024 * 1024

/**
 * Configs in `folder` and below, best first. Links are followed, but no folder is entered twice, so links that lead in a
 * circle end by themselves. Hidden entries and `node_modules` are passed over. Folders that may not be read are skipped.
 */
export async function findConfigs(ports: Ports, folder: string, context: CallContext): Promise<Result<readonly FoundConfig[]>> {
  const { files } = ports
  const start = await files.resolve(folder)
  if (!start.ok) return start
  const entered = new Set<string>()
  const candidates: string[] = []
  let level: readonly string[] = [files.absolute(folder)]
  for (let depth = 0; depth <= depthLimit && level.length > 0; depth += 1) {
    const next: string[] = []
    for (const one of level) {
      const real = await files.resolve(one)
      if (!real.ok || entered.has(real.value) || entered.size >= folderLimit) continue
      entered.add(real.value)
      const entries = await files.list(one)
      if (!entries.ok) {
        if (depth === 0) return entries
        continue
      }
      for (const entry of entries.value) {
        if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
        if (entry.kind === 'folder') next.push(files.join(one, entry.name))
        else if (entry.kind === 'file' && /\.(cfg|conf|config)$/i.test(entry.name) && candidates.length < candidateLimit) candidates.push(files.join(one, entry.name))
      }
      if (context.cancelled()) return ok([])
    }
    level = next
  }
  const found: FoundConfig[] = []
  for (const path of candidates) {
    const read = await files.read(path, beginningBytes)
    if (!read.ok) continue
    const decoded = ports.bytes.decode(read.value.bytes)
    const guess = detectDialect({ path, text: decoded.text, role: 'config', encoding: decoded.encoding })
    if (guess !== null) found.push({ path, dialect: guess.dialect.id, confidence: guess.confidence })
    if (context.cancelled()) break
  }
  return ok(found.sort((a, b) => b.confidence - a.confidence || (a.path < b.path ? -1 : 1)))
}
