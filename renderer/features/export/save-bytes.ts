import type { SteelyardClient } from '#shared/rpc/client.ts'
import type { Result } from '#shared/diagnostics/failure.ts'
import { ok } from '#shared/diagnostics/failure.ts'

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64 === undefined ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) : Uint8Array.fromBase64(base64)
}

declare global {
  interface Uint8ArrayConstructor {
    fromBase64?: (text: string) => Uint8Array<ArrayBuffer>
  }
}

/** Saves through the host's dialog where there is one, else as a download. Gives the path, or null when it is a download or was given up. */
export async function saveBytes(client: SteelyardClient, dialogs: boolean, name: string, mime: string, base64: string): Promise<Result<{ readonly path: string | null }>> {
  if (dialogs) return client.call('host.saveFile', { name, base64, reveal: true })
  const address = URL.createObjectURL(new Blob([fromBase64(base64)], { type: mime }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  return ok({ path: null })
}
