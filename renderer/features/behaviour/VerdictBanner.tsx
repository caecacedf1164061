import { useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { Button, FailureNote, ToneGlyph } from '#renderer/ui/primitives.tsx'
import { LoaderCircle } from 'lucide-react'
import { LineLink } from './LineButton.tsx'
import { toBanner, type Traffic, type UnknownPlace } from './verdict.ts'

/** The verdict over all traffic, before everything else; while it is computed, that it works and how to stop it. */
export function VerdictBanner({ traffic }: { readonly traffic: Traffic }) {
  const { actions } = useApp()
  switch (traffic.state) {
    case 'none': return null
    case 'working': return <WorkingBanner again={traffic.previous !== null} />
    case 'failed':
      return (
        <div className="verdict-banner hatched" data-verdict="failed">
          <p className="verdict-word"><ToneGlyph tone="unknown" /> Traffic: not known</p>
          <FailureNote failure={traffic.failure.code === 'cancelled' ? { ...traffic.failure, message: 'Stopped before every request was compared.' } : traffic.failure} onRetry={() => void actions.compareBehaviour()} />
        </div>
      )
    case 'known': {
      const banner = toBanner(traffic.answer)
      return (
        <>
          <div className={`verdict-banner tone-${banner.tone} ${banner.isUnknown ? 'hatched' : ''}`} data-verdict={banner.tone}>
            <p className="verdict-word"><ToneGlyph tone={banner.tone} /> {banner.word}</p>
            <p className="verdict-text">{banner.sentence}</p>
            <p className="verdict-work">{banner.work}</p>
          </div>
          {banner.unknown.length > 0 && <Unknown places={banner.unknown} />}
        </>
      )
    }
  }
}

function WorkingBanner({ again }: { readonly again: boolean }) {
  const { actions } = useApp()
  const progress = useAppState((state) => state.progress)
  return (
    <div className="verdict-banner working-banner" role="status" data-verdict="working">
      <p className="verdict-word"><LoaderCircle size={14} className="spin" aria-hidden="true" /> {again ? 'Comparing again…' : 'Comparing every request…'}</p>
      <p className="verdict-text late">{progress ?? 'Every request that the two configs can tell apart is followed through both.'}</p>
      <Button className="small late" onClick={actions.stopBehaviour}>Stop</Button>
    </div>
  )
}

const shownAtFirst = 4

/** What nothing can be said about: counted, hatched, each with its line. */
function Unknown({ places }: { readonly places: readonly UnknownPlace[] }) {
  const [all, setAll] = useState(false)
  const shown = all ? places : places.slice(0, shownAtFirst)
  return (
    <section className="unknown hatched" aria-label="Not known">
      <p className="verdict-word"><ToneGlyph tone="unknown" /> Not known <span className="count">{places.length}</span></p>
      <ul>
        {shown.map((place) => (
          <li key={place.key}>
            {place.because} <LineLink side={place.side} at={place.at} />
            {place.whens.slice(0, 2).map((when) => <small key={when}>Requests: {when}</small>)}
            {place.whens.length > 2 && <small>and {place.whens.length - 2} more kinds of requests</small>}
          </li>
        ))}
      </ul>
      {places.length > shown.length && <button type="button" className="link" onClick={() => setAll(true)}>Show all {places.length}</button>}
    </section>
  )
}
