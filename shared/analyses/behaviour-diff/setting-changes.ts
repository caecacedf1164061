import type { RoutingModel } from '#shared/model/routing-model.ts'
import { shortened } from './phrases.ts'
import type { SettingSense } from './pool-changes.ts'

/** Settings by name, as written; empty: on. */
type Settings = Readonly<Record<string, string>>

export interface SettingChange {
  readonly name: string
  /** `option forwardfor is except 10.0.0.0/8 instead of not set` */
  readonly text: string
}

/** What of settings counts between two models; settings of two products say nothing about each other. */
export function settingSense(before: RoutingModel, after: RoutingModel): SettingSense {
  const models = { before, after }
  return { isInert: (setting) => before.dialect !== after.dialect || after.surroundings.isInert(setting), placeOf: (side, owner, name, setting) => models[side].surroundings.placeOf(owner, name, setting) }
}

/** Settings that differ and that requests notice. */
export function settingChanges(before: Settings, after: Settings, isInert: (setting: string) => boolean): readonly SettingChange[] {
  if (before === after) return []
  const said = (value: string | undefined): string => (value === undefined || value === 'no' ? 'not set' : value === '' ? 'set' : shortened(value, 60))
  return [...new Set([...Object.keys(after), ...Object.keys(before)])].flatMap((name) => {
    const [old, value] = [before[name], after[name]]
    // An option that is switched off is one that was never set.
    if ((old ?? 'no') === (value ?? 'no') || isInert(name)) return []
    return [{ name, text: `${name} is ${said(value)} instead of ${said(old)}` }]
  })
}
