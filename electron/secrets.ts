import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SafeStorage } from 'electron'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { systemFailure } from '#shared/node/failures.ts'
import { writeFileAtomically } from '#shared/node/write-file.ts'
import { contract } from '#shared/rpc/contract.ts'
import { createDispatcher, type Dispatcher } from '#shared/rpc/dispatcher.ts'
import { record, SchemaError, string } from '#shared/schema/schema.ts'

/** The calls that need the password store of the system. */
export const secretMethods = ['host.secret', 'host.keepSecret'] as const

const secretContract = { 'host.secret': contract['host.secret'], 'host.keepSecret': contract['host.keepSecret'] } as const
const kept = record(string)

export interface SecretParts {
  readonly store: Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> & Partial<Pick<SafeStorage, 'getSelectedStorageBackend'>>
  readonly folder: string
  readonly report: (error: unknown, method: string) => void
}

/**
 * Passwords of statistics sources, encrypted with a key of the system's store (Keychain, DPAPI, libsecret, KWallet).
 *
 * Errors: `unsupported` where the system has no such store (on Linux Electron would then hide them only), `bad-answer`
 * for what cannot be decrypted any more, `io`.
 */
export function createSecrets({ store, folder, report }: SecretParts): Dispatcher {
  const file = path.join(folder, 'secrets.json')
  let last: Promise<unknown> = Promise.resolve()

  const isStore = (): boolean => store.isEncryptionAvailable() && store.getSelectedStorageBackend?.() !== 'basic_text'
  const noStore = failed('unsupported', 'This system has no store for passwords, so they are not kept.')

  async function all(): Promise<Result<Readonly<Record<string, string>>>> {
    try {
      return ok(kept.parse(JSON.parse(await readFile(file, 'utf8')), 'secrets'))
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof SchemaError) return failed('bad-answer', `${file} is damaged; passwords have to be given again.`, file)
      const failure = systemFailure(error, file)
      return failure.failure.code === 'not-found' ? ok({}) : failure
    }
  }

  return createDispatcher(secretContract, {
    async 'host.secret'({ key }): Promise<Result<{ readonly value: string | null }>> {
      if (!isStore()) return noStore
      const known = await all()
      if (!known.ok) return known
      const value = Object.hasOwn(known.value, key) ? known.value[key] : undefined
      if (value === undefined) return ok({ value: null })
      try {
        return ok({ value: store.decryptString(Buffer.from(value, 'base64')) })
      } catch {
        // Another user's key, or the store was set up anew.
        return failed('bad-answer', `The password of ${key} cannot be decrypted any more; it has to be given again.`)
      }
    },
    'host.keepSecret'({ key, value }): Promise<Result<null>> {
      // One after the other, so that two windows do not lose each other's.
      const next = last.then(async (): Promise<Result<null>> => {
        if (!isStore()) return noStore
        const known = await all()
        if (!known.ok && known.failure.code !== 'bad-answer') return known
        const entries = new Map(Object.entries(known.ok ? known.value : {}))
        if (value === null) entries.delete(key)
        else entries.set(key, store.encryptString(value).toString('base64'))
        try {
          await mkdir(folder, { recursive: true, mode: 0o700 })
          await writeFileAtomically(file, Buffer.from(`${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`))
          return ok(null)
        } catch (error) {
          return systemFailure(error, file)
        }
      })
      last = next
      return next
    },
  }, { report })
}
