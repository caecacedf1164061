import { useMemo } from 'react'
import type { Change } from '#shared/presentation/presentation.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import type { LiveMarks } from '#shared/view/live-marks.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import { LiveLegend } from './LiveLegend.tsx'

interface LegendProps {
  readonly view: TopologyView
  readonly traffic: TrafficMarks
  /** Traffic of a running balancer; then widths and signs are about that. */
  readonly live: LiveMarks | null
  readonly hidden: { readonly byFilter: number; readonly byLimit: number; readonly folded: number }
}

/** Signs and line styles with how many boxes and edges carry each, and what is not shown. Always there. */
export function Legend({ view, traffic, live, hidden }: LegendProps) {
  const counts = useMemo(() => countLooks(view), [view])
  const missing = hiddenWords(hidden)
  if (live !== null) {
    return (
      <div className="topology-legend" aria-label="Legend" role="group">
        <LiveLegend live={live} />
        {missing === '' ? null : <span className="topology-hidden">{missing}</span>}
      </div>
    )
  }
  return (
    <div className="topology-legend" aria-label="Legend" role="group">
      {view.isDifference ? (
        <>
          <span className="tone-added"><i aria-hidden="true">+</i> added {counts.added}</span>
          <span className="tone-removed"><i aria-hidden="true" className="dashed">−</i> removed, dashed {counts.removed}</span>
          <span className="tone-changed"><i aria-hidden="true">~</i> changed {counts.changed}</span>
          <span><i aria-hidden="true">—</i> same {counts.same}</span>
        </>
      ) : null}
      {traffic.size > 0 ? <TrafficKey traffic={traffic} /> : null}
      {counts.critical > 0 ? <span className="tone-critical"><i aria-hidden="true">▲</i> alert {counts.critical}</span> : null}
      {counts.warning > 0 ? <span className="tone-warning"><i aria-hidden="true">▲</i> warning {counts.warning}</span> : null}
      {counts.ok > 0 ? <span className="tone-ok"><i aria-hidden="true">●</i> up {counts.ok}</span> : null}
      {counts.down > 0 ? <span className="tone-critical"><i aria-hidden="true">✕</i> down {counts.down}</span> : null}
      {counts.maintenance > 0 ? <span className="tone-maintenance"><i aria-hidden="true">◐</i> maintenance {counts.maintenance}</span> : null}
      {counts.unknown > 0 ? <span><i aria-hidden="true">?</i> unknown {counts.unknown}</span> : null}
      <span className="topology-widths"><svg width="34" height="10" aria-hidden="true"><path d="M1 3H33M1 8H33" /></svg> width = expected share</span>
      {missing === '' ? null : <span className="topology-hidden">{missing}</span>}
    </div>
  )
}

/** How the paths of requests that are treated differently are drawn. */
function TrafficKey({ traffic }: { readonly traffic: LegendProps['traffic'] }) {
  const marks = [...traffic.values()]
  const tone = marks.some((mark) => mark.tone === 'critical') ? 'critical' : 'warning'
  return (
    <>
      <span className={`tone-${tone}`}><i aria-hidden="true">→</i> traffic now</span>
      {marks.some((mark) => mark.way === 'was') ? <span className="tone-removed"><i aria-hidden="true">⇢</i> before</span> : null}
    </>
  )
}

export function hiddenWords(hidden: LegendProps['hidden']): string {
  const parts: string[] = []
  if (hidden.byFilter > 0) parts.push(`${hidden.byFilter.toLocaleString('en')} nodes hidden by filter`)
  if (hidden.byLimit > 0) parts.push(`${hidden.byLimit.toLocaleString('en')} more not shown`)
  if (hidden.folded > 0) parts.push(`${hidden.folded.toLocaleString('en')} folded`)
  return parts.join(' · ')
}

function countLooks(view: TopologyView) {
  const counts = { added: 0, removed: 0, changed: 0, same: 0, critical: 0, warning: 0, ok: 0, down: 0, maintenance: 0, unknown: 0 }
  for (const { change, tone } of view.nodes) {
    counts[lookOf(change)] += 1
    if (tone === 'critical' || tone === 'warning' || tone === 'ok' || tone === 'down' || tone === 'maintenance' || tone === 'unknown') counts[tone] += 1
  }
  for (const edge of view.edges) counts[lookOf(edge.change)] += 1
  return counts
}

function lookOf(change: Change): 'added' | 'removed' | 'changed' | 'same' {
  return change === 'moved' || change === 'renamed' ? 'changed' : change
}
