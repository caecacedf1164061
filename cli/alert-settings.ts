import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { AlertWebhook } from '#shared/backend/live/alert-webhook.ts'
import { parseWebhook } from '#shared/live/alerts/webhook.ts'
import { namedPools, parseAlertSettings, type AlertSettings } from '#shared/live/alerts/settings.ts'
import type { Parsed } from './args.ts'
import { InputError, UsageError, type Io } from './io.ts'

const limitBytes = 1_000_000

/** What the file of `--alert-settings` says, nothing where it is not given. A pool that the config does not have is said. */
export async function readAlertSettings(ports: Ports, args: Parsed, io: Io, config: LoadedConfig | null): Promise<AlertSettings> {
  const file = args.value('alert-settings')
  if (file === null) return {}
  if (!args.has('alerts')) throw new UsageError('--alert-settings is about alerts: it needs --alerts.')
  const read = await ports.files.read(file, limitBytes)
  if (!read.ok) throw new InputError(read.failure.message)
  const settings = parseAlertSettings(ports.bytes.decode(read.value.bytes).text)
  if (!settings.ok) throw new InputError(`The alert settings in ${file} cannot be used: ${settings.failure.message}`)
  const pools = config === null ? null : new Set(config.model.pools.map((pool) => pool.name))
  for (const name of namedPools(settings.value)) if (pools !== null && !pools.has(name)) io.err(`${file} speaks of pool "${name}", which the config does not have.\n`)
  return settings.value
}

/** Where `--webhook` says that alerts are posted to; null: nowhere. Failures go to standard error. */
export function webhookOf(ports: Ports, args: Parsed, io: Io): AlertWebhook | null {
  const written = args.value('webhook')
  if (written === null) return null
  if (!args.has('alerts')) throw new UsageError('--webhook posts alerts: it needs --alerts.')
  const webhook = parseWebhook(written)
  if (typeof webhook === 'string') throw new UsageError(webhook)
  return new AlertWebhook(ports.webhook, webhook, (failure) => { io.err(`An alert was not posted: ${failure.message}\n`) })
}
