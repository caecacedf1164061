import { watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import type { WatchPort } from '#shared/backend/ports.ts'

/** Editors write a file in several steps; what happens within this time is one change. */
const quietMs = 120

/**
 * Watches files through their folders, because editors and our own restore replace a file by renaming another over it,
 * which ends a watch on the file itself.
 */
export const nodeWatch: WatchPort = {
  watch(paths, changed) {
    const byFolder = new Map<string, Set<string> | null>()
    for (const file of paths) {
      if (file.endsWith('/')) {
        byFolder.set(path.resolve(file), null)
        continue
      }
      const folder = path.dirname(file)
      const names = byFolder.has(folder) ? byFolder.get(folder) : new Set<string>()
      if (names === null || names === undefined) continue
      names.add(path.basename(file))
      byFolder.set(folder, names)
    }
    const watchers: FSWatcher[] = []
    const pending = new Set<string>()
    let timer: NodeJS.Timeout | null = null
    let ended = false
    const fire = (): void => {
      timer = null
      const list = [...pending]
      pending.clear()
      if (!ended && list.length > 0) changed(list)
    }
    for (const [folder, names] of byFolder) {
      try {
        const watcher = watch(folder, { persistent: false }, (_event, name) => {
          // Some platforms do not say which file; then all of the folder are looked at again.
          const hit = name === null ? [...(names ?? ['.'])] : names === null || names.has(name) ? [name] : []
          for (const one of hit) pending.add(path.join(folder, one))
          if (hit.length > 0) {
            if (timer !== null) clearTimeout(timer)
            timer = setTimeout(fire, quietMs)
          }
        })
        // The folder went away: there is nothing left to tell.
        watcher.on('error', () => watcher.close())
        watchers.push(watcher)
      } catch {
        // The folder cannot be watched (limit reached, gone, no permission): the app works, it only does not refresh by itself.
        continue
      }
    }
    return () => {
      ended = true
      if (timer !== null) clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    }
  },
}
