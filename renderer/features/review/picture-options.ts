import { defaultTopologyOptions, type AppState } from '#renderer/state/app-state.ts'
import type { TopologyOptions } from '#shared/rpc/payloads.ts'

/**
 * What the picture of the present workspace asks for. A trace shows the whole picture, whatever Review filters. Words that
 * are searched while boxes are left out become the filter, so that what is hidden is found too.
 */
export function effectiveTopologyOptions(state: Pick<AppState, 'workspace' | 'topologyOptions' | 'before' | 'find' | 'picturePartial'>): TopologyOptions {
  const query = state.picturePartial ? state.find.trim() : ''
  const onlyChanged = state.topologyOptions.onlyChanged && state.workspace !== 'trace' && state.before.value !== null && query === ''
  return { ...state.topologyOptions, onlyChanged, query }
}

/** From this many boxes on a difference opens with only what changed. */
export const focusFrom = 150

/** How the picture of a newly opened config begins: everything while that can be looked over, else what changed. */
export function openingOptions(present: TopologyOptions, counts: { readonly listeners: number; readonly rules: number; readonly pools: number; readonly servers: number } | null, compared: boolean): TopologyOptions {
  const boxes = counts === null ? 0 : counts.listeners + counts.rules + counts.pools + counts.servers
  return { ...present, expanded: [], query: '', limit: defaultTopologyOptions.limit, onlyChanged: compared && boxes > focusFrom }
}
