import type { UnknownRegion } from '#shared/analyses/behaviour-diff/index.ts'
import { onlyIn } from './checks.ts'
import type { LoadedConfig } from './load-config.ts'

/**
 * What cannot be told because a product refuses one side: it does not start with such a config, or goes on with the one
 * that it had, whatever the rest of the text says.
 *
 * Shape: at most one region a side, at the first error that the other side does not have. Errors that stand in both leave
 * both without effect alike.
 */
export function refusedRegions(before: LoadedConfig, after: LoadedConfig): readonly UnknownRegion[] {
  return ([['after', after, before], ['before', before, after]] as const).flatMap(([side, config, other]): readonly UnknownRegion[] => {
    const [first, ...more] = onlyIn(errorsOf(config), errorsOf(other))
    if (first === undefined) return []
    const said = first.message.replace(/^\S+ will not start: /, '').replace(/\.$/, '')
    const rest = more.length === 0 ? '' : ` (and ${more.length} more)`
    return [{ listener: null, when: 'any request', because: `${config.dialect.product} does not take this config, so what answers then is not known: ${said}${rest}.`, side, at: first.at }]
  })
}

/** Files that this reader could not read are gaps of the model, and the product may well read them. */
const aboutReading: ReadonlySet<string> = new Set(['input/side-file-unreadable', 'input/too-many-files'])

function errorsOf({ summary }: LoadedConfig): LoadedConfig['summary']['diagnostics'] {
  return summary.diagnostics.filter((one) => one.severity === 'error' && !aboutReading.has(one.code))
}
