import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import { toTextPart } from '#shared/text/text-part.ts'
import type { ConfigStore } from './config-store.ts'

const indexes = new WeakMap<SourceFile, LineIndex>()

function lineIndexOf(file: SourceFile): LineIndex {
  const known = indexes.get(file)
  if (known !== undefined) return known
  const index = new LineIndex(file.text)
  indexes.set(file, index)
  return index
}

/** Text of loaded files. The editor shows it as it is: it goes to the same user's own screen, not into a report. */
export function textHandlers(store: ConfigStore): Pick<Handlers<SteelyardContract>, 'config.text' | 'config.textPart'> {
  const find = (configId: string, path: string): Result<SourceFile> => {
    const config = store.get(configId)
    if (!config.ok) return config
    const file = config.value.files.find((one) => one.source.path === path)
    return file === undefined ? failed('not-found', `The config has no file ${path}.`, path) : ok(file.source)
  }
  return {
    'config.text'({ configId, path }) {
      const file = find(configId, path)
      return Promise.resolve(file.ok ? ok({ text: file.value.text, masked: false }) : file)
    },
    'config.textPart'({ configId, path, around, lines }) {
      const file = find(configId, path)
      return Promise.resolve(file.ok ? ok({ ...toTextPart(lineIndexOf(file.value), around, lines), masked: false }) : file)
    },
  }
}
