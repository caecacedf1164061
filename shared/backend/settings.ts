import { failed, ok } from '#shared/diagnostics/failure.ts'
import { dialects } from '#shared/dialects/registry.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { ConfigInput } from '#shared/rpc/payloads.ts'
import type { Ports } from './ports.ts'

type Methods = 'app.info' | 'app.settings' | 'app.saveSettings' | 'app.recent' | 'app.remember' | 'app.ticks' | 'app.saveTicks' | 'host.chooseFiles' | 'host.saveFile' | 'host.secret' | 'host.keepSecret'

const noSecrets = failed('unsupported', 'This host has no store for passwords, so they are not kept.')

/** Facts about the app, settings, the recent list, and dialogs of the host. */
export function appHandlers(ports: Ports): Pick<Handlers<SteelyardContract>, Methods> {
  return {
    'app.info': () => Promise.resolve(ok({
      version: ports.host.version, host: ports.host.host, platform: ports.host.platform, dialogs: ports.host.dialogs, open: ports.host.open, dataFolder: ports.host.dataFolder,
      dialects: dialects.map((one) => ({ id: one.id, product: one.product, verifiedOn: one.verifiedOn })),
    })),
    'app.settings': () => ports.settings.load(),
    'app.saveSettings': (settings) => ports.settings.save(settings),
    'app.recent': () => ports.settings.recent(),
    'app.ticks': ({ pair }) => ports.settings.ticks(pair),
    'app.saveTicks': ({ pair, ids }) => ports.settings.saveTicks(pair, ids),
    async 'app.remember'(entry) {
      // What was dropped or piped in has no address to come back to.
      if (!isAddress(entry.after) || (entry.before !== null && !isAddress(entry.before))) return ok(null)
      return ports.settings.remember({ ...entry, at: ports.clock.now() })
    },
    // A host with a store for passwords answers these itself, before they reach the engine.
    'host.secret': () => Promise.resolve(noSecrets),
    'host.keepSecret': () => Promise.resolve(noSecrets),
    'host.chooseFiles': (options) => ports.dialogs.chooseFiles(options),
    async 'host.saveFile'(file) {
      const saved = await ports.dialogs.saveFile(file.name, ports.bytes.fromBase64(file.base64), file.reveal ?? false)
      return saved.ok ? ok({ path: saved.value }) : saved
    },
  }
}

const isAddress = (input: ConfigInput): boolean => input.kind !== 'files'
