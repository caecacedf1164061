import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { configLimitBytes } from '#shared/rpc/limits.ts'
import { toBase64 } from '#renderer/features/open/browser-files.ts'

/** Base64 is a third larger than the bytes, and the call carries it inside JSON. */
const logLimitBytes = Math.floor(configLimitBytes / 2)

/** The file as base64; of a log that is too large, its latest part. `isPart`: not all of it was read. */
export async function readLog(file: File): Promise<Result<{ readonly title: string; readonly base64: string; readonly isPart: boolean }>> {
  const isPart = file.size > logLimitBytes
  try {
    return ok({ title: file.name, base64: await toBase64(file.slice(isPart ? file.size - logLimitBytes : 0)), isPart })
  } catch (error) {
    return failed('io', `${file.name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
