import type { RoutingModel } from '#shared/model/routing-model.ts'

/** Settings by name, as written; empty: on. */
type Settings = Readonly<Record<string, string>>

export interface SettingChange {
  readonly name: string
  /** `option forwardfor is except 10.0.0.0/8 instead of not set` */
  readonly text: string
}

/** Whether a setting changes nothing that a client or a server notices; settings of two products say nothing about each other. */
export function inertSettings(before: RoutingModel, after: RoutingModel): (setting: string) => boolean {
  return before.dialect === after.dialect ? after.surroundings.isInert : () => true
}

/** Settings that differ and that requests notice. */
export function settingChanges(before: Settings, after: Settings, isInert: (setting: string) => boolean): readonly SettingChange[] {
  if (before === after) return []
  const said = (value: string | undefined): string => (value === undefined || value === 'no' ? 'not set' : value === '' ? 'set' : shortened(value))
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].flatMap((name) => {
    const [old, value] = [before[name], after[name]]
    // An option that is switched off is one that was never set.
    if ((old ?? 'no') === (value ?? 'no') || isInert(name)) return []
    return [{ name, text: `${name} is ${said(value)} instead of ${said(old)}` }]
  })
}

const longest = 60
const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)
