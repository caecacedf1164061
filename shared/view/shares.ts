import type { Pool } from '#shared/model/pool.ts'

/**
 * Expected share of each member of `pool`, in member order, with every enabled server up: the primary servers by
 * weight, or the backups where no primary can be used.
 */
export function poolShares(pool: Pool): readonly number[] {
  const usable = (level: number): boolean[] => pool.members.map(({ options }) => options.level === level && options.state === 'enabled' && options.weight > 0)
  const primary = usable(0)
  const backups = usable(1)
  const chosen = primary.includes(true) ? primary : pool.allBackups ? backups : backups.map((one, index) => one && index === backups.indexOf(true))
  const total = pool.members.reduce((sum, member, index) => sum + (chosen[index] === true ? member.options.weight : 0), 0)
  return pool.members.map((member, index) => (chosen[index] === true && total > 0 ? member.options.weight / total : 0))
}
