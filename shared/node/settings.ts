import { mkdir, readFile, rename } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import type { SettingsPort } from '#shared/backend/ports.ts'
import { usualRecordingLimits } from '#shared/rpc/recording-limits.ts'
import { contract } from '#shared/rpc/contract.ts'
import type { AppSettings, RecentEntry } from '#shared/rpc/payloads.ts'
import { array, json, object, string } from '#shared/schema/schema.ts'
import { systemFailure } from './failures.ts'
import { writeFileAtomically } from './write-file.ts'

const recentLimit = 20
/** Pairs of configs whose ticks are kept; the ones ticked longest ago are forgotten. */
const ticksLimit = 60
const ticksSchema = array(object({ pair: string, ids: array(string) }))
const recentSchema = array(object({ title: string, before: json<RecentEntry['before']>(), after: json<RecentEntry['after']>(), at: string }))

export function defaultSettings(): AppSettings {
  return {
    theme: 'system', density: 'comfortable', motion: 'system', author: userName(), root: null, environment: {}, hintDismissed: false, keepSnapshots: 500,
    liveSources: [], liveIntervalMs: 1000, liveNotify: false, liveAlerts: '', liveRecordingLimits: usualRecordingLimits,
  }
}

function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return 'unknown'
  }
}

/** Settings, the recent list and ticks as small JSON files. A file that cannot be read as such is set aside, never overwritten silently. */
export function createSettings(folder: string): SettingsPort {
  const settingsFile = path.join(folder, 'settings.json')
  const recentFile = path.join(folder, 'recent.json')
  const ticksFile = path.join(folder, 'reviewed.json')
  let lastWrite: Promise<unknown> = Promise.resolve()

  async function readJson<T>(file: string, parse: (value: unknown) => T, fallback: T): Promise<Result<T>> {
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      const failure = systemFailure(error, file)
      return failure.failure.code === 'not-found' ? ok(fallback) : failure
    }
    try {
      return ok(parse(JSON.parse(text)))
    } catch {
      // Damaged or of another version: keep it beside the new one so that nothing is lost.
      await rename(file, `${file}.unreadable`)
      return ok(fallback)
    }
  }

  /** One write after another, so that two windows saving at once do not mix; `change` sees what was written before. */
  function write(file: string, change: () => Promise<Result<unknown>>): Promise<Result<null>> {
    const next = lastWrite.then(async (): Promise<Result<null>> => {
      const made = await change()
      if (!made.ok) return made
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeFileAtomically(file, Buffer.from(`${JSON.stringify(made.value, null, 2)}\n`))
        return ok(null)
      } catch (error) {
        return systemFailure(error, file)
      }
    })
    lastWrite = next
    return next
  }

  const recent = (): Promise<Result<readonly RecentEntry[]>> => readJson(recentFile, (value) => recentSchema.parse(value, 'recent') as readonly RecentEntry[], [])

  const allTicks = (): Promise<Result<readonly { readonly pair: string; readonly ids: readonly string[] }[]>> => readJson(ticksFile, (value) => ticksSchema.parse(value, 'reviewed'), [])

  return {
    load: () => readJson(settingsFile, (value) => contract['app.saveSettings'].params.parse({ ...defaultSettings(), ...(value as object) }, 'settings') as AppSettings, defaultSettings()),
    async save(settings) {
      const written = await write(settingsFile, () => Promise.resolve(ok(settings)))
      return written.ok ? ok(settings) : written
    },
    recent,
    remember: (entry) => write(recentFile, async () => {
      const known = await recent()
      if (!known.ok) return known
      const key = JSON.stringify([entry.before, entry.after])
      const others = known.value.filter((one) => JSON.stringify([one.before, one.after]) !== key)
      return ok([entry, ...others].slice(0, recentLimit))
    }),
    async ticks(pair) {
      const known = await allTicks()
      return known.ok ? ok(known.value.find((one) => one.pair === pair)?.ids ?? []) : known
    },
    saveTicks: (pair, ids) => write(ticksFile, async () => {
      const known = await allTicks()
      if (!known.ok) return known
      const others = known.value.filter((one) => one.pair !== pair)
      return ok([...(ids.length === 0 ? [] : [{ pair, ids }]), ...others].slice(0, ticksLimit))
    }),
  }
}
