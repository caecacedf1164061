import { setImmediate } from 'node:timers/promises'
import type { ClockPort } from '#shared/backend/ports.ts'

const pad = (value: number): string => String(value).padStart(2, '0')

/** Local time with its offset, e.g. `2026-11-20T14:03:07+01:00`. */
export function isoWithZone(date: Date): string {
  const offset = -date.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}${zone}`
}

export const nodeClock: ClockPort = {
  now: () => isoWithZone(new Date()),
  zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  milliseconds: () => performance.now(),
  breathe: () => setImmediate(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
  wallMs: () => Date.now(),
}
