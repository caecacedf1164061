import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { compileAgain, type LoadedConfig, type ReadConfig } from './load-config.ts'

/**
 * Configs by id, bounded.
 *
 * The newest few stay compiled; older ones keep only their bytes and are compiled again when asked for, which gives the
 * same model. Beyond that the oldest is forgotten, and asking for it is `unknown-config`: the screen loads it again.
 */
export interface ConfigStore {
  readonly put: (config: LoadedConfig) => void
  readonly get: (configId: string) => Result<LoadedConfig>
  readonly has: (configId: string) => boolean
}

const compiledLimitCharacters = 96 * 1024 * 1024
const readLimitBytes = 512 * 1024 * 1024
const compiledLimit = 12
const readLimit = 64

export function createConfigStore(): ConfigStore {
  /** Oldest use first, as maps keep insertion order. */
  const read = new Map<string, ReadConfig>()
  const compiled = new Map<string, LoadedConfig>()

  function touch<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key)
    map.set(key, value)
  }
  /** Two always stay, however large: a comparison needs both of its sides. */
  function trim<T>(map: Map<string, T>, size: (value: T) => number, limit: number, count: number): void {
    let total = [...map.values()].reduce((sum, one) => sum + size(one), 0)
    for (const [key, value] of map) {
      if (map.size <= 2 || (total <= limit && map.size <= count)) return
      map.delete(key)
      total -= size(value)
    }
  }

  return {
    has: (configId) => read.has(configId),
    put(config) {
      const { parsed: _parsed, model: _model, ...light } = config
      touch(read, config.configId, light)
      touch(compiled, config.configId, config)
      trim(compiled, (one) => one.files.reduce((sum, file) => sum + file.source.text.length, 0), compiledLimitCharacters, compiledLimit)
      trim(read, (one) => one.files.reduce((sum, file) => sum + file.bytes.length, 0), readLimitBytes, readLimit)
    },
    get(configId) {
      const ready = compiled.get(configId)
      if (ready !== undefined) {
        touch(compiled, configId, ready)
        return ok(ready)
      }
      const light = read.get(configId)
      if (light === undefined) return failed('unknown-config', 'This config is no longer loaded; load it again.')
      const again = compileAgain(light)
      this.put(again)
      return ok(again)
    },
  }
}
