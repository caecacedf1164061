import type { Admin, Health } from '#shared/live/snapshot.ts'

/** What the word in the `status` column means, with the weight and the bits of `show servers state` (0 where they are not known). */
export interface ServerStatus {
  readonly health: Health
  readonly admin: Admin
  readonly byAgent: boolean
  readonly inherited: boolean
}

const bits = { inheritedMaintenance: 2, inheritedDrain: 16, forcedDrain: 8, unresolved: 32 }

/**
 * Errors: none; a word that is not known is `unknown`, and such a server counts as not usable.
 * Source: HAProxy management guide, "show servers state" (bits of `srv_admin_state`), section 9.1 (`status`).
 */
export function readServerStatus(status: string, weight: number | null, adminBits: number): ServerStatus {
  const byAgent = status.includes('(agent)')
  const inherited = status.includes('(via ') || (adminBits & (bits.inheritedMaintenance | bits.inheritedDrain)) !== 0
  if (status.startsWith('MAINT')) {
    const unresolved = status.includes('(resolution)') || adminBits === bits.unresolved
    return { health: 'unknown', admin: unresolved ? 'unresolved' : 'maintenance', byAgent, inherited }
  }
  const health: Health = /^(UP|NOLB|DRAIN)/.test(status) ? 'up' : status.startsWith('DOWN') ? 'down' : status.startsWith('no check') ? 'unchecked' : 'unknown'
  if (status.startsWith('NOLB')) return { health, admin: 'stopping', byAgent, inherited }
  if (status.startsWith('DRAIN') || (adminBits & (bits.forcedDrain | bits.inheritedDrain)) !== 0) return { health, admin: 'drain', byAgent, inherited }
  return { health, admin: weight === 0 ? 'weight-zero' : 'ready', byAgent, inherited }
}
