import { useMemo } from 'react'
import type { LiveMarks } from '#shared/view/live-marks.ts'
import { legendSteps, unitWords } from '#shared/view/live-style.ts'

/** What widths, colours and signs mean while traffic is drawn, with how many boxes carry each sign. */
export function LiveLegend({ live }: { readonly live: LiveMarks }) {
  const counts = useMemo(() => countSigns(live), [live])
  return (
    <>
      <span className="topology-scale">
        width = {unitWords[live.unit]}
        {legendSteps(live).map((step) => (
          <span key={step.text}><svg width="18" height="16" aria-hidden="true"><path d="M1 8H17" style={{ strokeWidth: step.width }} /></svg> {step.text}</span>
        ))}
      </span>
      {live.colouring === undefined ? null : <span>{live.colouring.of}: <span className="tone-warning">from {live.colouring.warning}</span>, <span className="tone-critical">from {live.colouring.critical}</span></span>}
      {counts.critical > 0 ? <span className="tone-critical"><i aria-hidden="true">▲</i> critical {counts.critical}</span> : null}
      {counts.warning > 0 ? <span className="tone-warning"><i aria-hidden="true">▲</i> warning {counts.warning}</span> : null}
      <span><i aria-hidden="true" className="tone-ok">●</i> up</span>
      {counts.down > 0 ? <span className="tone-critical"><i aria-hidden="true">✕</i> down {counts.down}</span> : null}
      {counts.maintenance > 0 ? <span className="tone-maintenance"><i aria-hidden="true">◐</i> out of use {counts.maintenance}</span> : null}
      {counts.unknown > 0 ? <span><i aria-hidden="true">?</i> not known, dotted {counts.unknown}</span> : null}
      {counts.bounds > 0 ? <span><svg width="22" height="8" aria-hidden="true" className="topology-hatch"><path d="M0 8 4 0M5 8 9 0M10 8 14 0M15 8 19 0" /></svg> between two bounds {counts.bounds}</span> : null}
      <span><i aria-hidden="true">│</i> expected share</span>
      {live.stale ? <span className="topology-hidden">old data, drawn pale</span> : null}
    </>
  )
}

/** Boxes by their sign, edges only where they are bounds. */
function countSigns({ byId }: LiveMarks) {
  const counts = { critical: 0, warning: 0, down: 0, maintenance: 0, unknown: 0, bounds: 0 }
  for (const mark of byId.values()) {
    if (mark.bounds !== null) counts.bounds += 1
    // Edges have no badges and repeat the tone of the box they lead to.
    if (mark.badges.length === 0) continue
    if (mark.tone === 'critical' || mark.tone === 'warning' || mark.tone === 'unknown') counts[mark.tone] += 1
    for (const { kind } of mark.badges) if (kind === 'down' || kind === 'maintenance') counts[kind] += 1
  }
  return counts
}
