import type { ActionTools } from '#renderer/app/actions.ts'
import type { ConfigActions } from '#renderer/features/open/config-actions.ts'
import type { ReviewActions } from '#renderer/features/review/review-actions.ts'
import { createLiveFollowUpActions, type LiveFollowUpActions } from './live-follow-up-actions.ts'
import { createLiveSessionActions, type LiveSessionActions } from './live-session-actions.ts'
import { createLiveTimeActions, type LiveTimeActions } from './live-time-actions.ts'
import { createLiveTools } from './live-tools.ts'
import { createLiveViewActions, type LiveViewActions } from './live-view-actions.ts'

export interface LiveActions extends LiveSessionActions, LiveTimeActions, LiveViewActions, LiveFollowUpActions {}

/** Everything that can be done in the Live workspace. */
export function createLiveActions(tools: ActionTools, configs: ConfigActions, review: ReviewActions): LiveActions {
  const live = createLiveTools(tools)
  const time = createLiveTimeActions(live)
  const { pause: _pause, onceThere: _onceThere, ...shown } = time
  return { ...createLiveSessionActions(live, time), ...shown, ...createLiveViewActions(live, time), ...createLiveFollowUpActions(live, configs, review) }
}
