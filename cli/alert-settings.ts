import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { AlertWebhook } from '#shared/backend/live/alert-webhook.ts'
import { parseWebhook } from '#shared/live/alerts/webhook.ts'
import { parseAlertSettings, unknownPools, type AlertSettings } from '#shared/live/alerts/settings.ts'
import type { OptionSpec, Parsed } from './args.ts'
import { InputError, UsageError, type Io } from './io.ts'

const limitBytes = 1_000_000

export const alertSettingsOption: OptionSpec = { name: 'alert-settings', value: 'FILE', help: 'JSON with thresholds, severities and waivers of the alerts' }

/** What the file of `--alert-settings` says, nothing where it is not given. */
export async function readAlertSettings(ports: Ports, args: Parsed): Promise<AlertSettings> {
  const file = args.value('alert-settings')
  if (file === null) return {}
  const read = await ports.files.read(file, limitBytes)
  if (!read.ok) throw new InputError(read.failure.message)
  const settings = parseAlertSettings(ports.bytes.decode(read.value.bytes).text)
  if (!settings.ok) throw new InputError(`The alert settings in ${file} cannot be used: ${settings.failure.message}`)
  return settings.value
}

/** The same where alerts have to be asked for. */
export async function readLiveAlertSettings(ports: Ports, args: Parsed): Promise<AlertSettings> {
  if (args.has('alert-settings') && !args.has('alerts')) throw new UsageError('--alert-settings is about alerts: it needs --alerts.')
  return readAlertSettings(ports, args)
}

/** A pool that the settings speak of and the config does not have is said. */
export function tellUnknownPools(settings: AlertSettings, config: LoadedConfig | null, args: Parsed, io: Io): void {
  if (config !== null) for (const name of unknownPools(settings, config.model)) io.err(`${args.value('alert-settings')} speaks of pool "${name}", which the config does not have.\n`)
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
