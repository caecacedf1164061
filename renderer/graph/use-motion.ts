import { useEffect, useState } from 'react'
import type { Motion } from './props.ts'

/** Motion asked for, reduced further when the system asks for less. */
export function useMotion(wanted: Motion): Motion {
  const [systemReduces, setReduces] = useState(() => matchMedia('(prefers-reduced-motion: reduce)').matches)
  useEffect(() => {
    const query = matchMedia('(prefers-reduced-motion: reduce)')
    const follow = (): void => setReduces(query.matches)
    query.addEventListener('change', follow)
    return () => query.removeEventListener('change', follow)
  }, [])
  return systemReduces ? 'reduced' : wanted
}
