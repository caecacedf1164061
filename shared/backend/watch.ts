import { ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { ConfigStore } from './config-store.ts'
import type { Ports } from './ports.ts'

const watchLimit = 32

/** Watches the files of loaded configs and says when they changed; the screen then loads them again. */
export function watchHandlers(ports: Ports, store: ConfigStore): Pick<Handlers<SteelyardContract>, 'config.watch'> {
  const running = new Map<string, () => void>()
  const end = (configId: string): void => {
    running.get(configId)?.()
    running.delete(configId)
  }
  return {
    async 'config.watch'({ configId, watch }) {
      end(configId)
      if (!watch) return ok(null)
      const config = store.get(configId)
      if (!config.ok) return config
      const { watched, files } = config.value
      if (watched === null) return ok(null)
      const paths = files.flatMap((file) => (file.diskPath === null ? [] : [file.diskPath]))
      const kind = await ports.files.kindOf(watched)
      if (kind.ok && kind.value === 'folder') paths.push(`${watched}/`)
      running.set(configId, ports.watch.watch(paths, (changed) => ports.emit('config.changed', { configId, paths: changed })))
      const oldest = running.keys().next().value
      if (running.size > watchLimit && oldest !== undefined) end(oldest)
      return ok(null)
    },
  }
}
