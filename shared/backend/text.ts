import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { ConfigStore } from './config-store.ts'

/** Text of loaded files. The editor shows it as it is: it goes to the same user's own screen, not into a report. */
export function textHandlers(store: ConfigStore): Pick<Handlers<SteelyardContract>, 'config.text'> {
  return {
    'config.text'({ configId, path }) {
      const config = store.get(configId)
      if (!config.ok) return Promise.resolve(config)
      const file = config.value.files.find((one) => one.source.path === path)
      if (file === undefined) return Promise.resolve(failed('not-found', `The config has no file ${path}.`, path))
      return Promise.resolve(ok({ text: file.source.text, masked: false }))
    },
  }
}
