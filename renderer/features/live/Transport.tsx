import { Pause, Play, SkipBack, SkipForward } from 'lucide-react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { IconButton } from '#renderer/ui/primitives.tsx'
import { speeds, type Speed } from './live-state.ts'
import { clockWords } from './live-words.ts'

/** Pause, play, step, speed, and the way back to now. */
export function Transport() {
  const { actions, run } = useApp()
  const cursor = useAppState((state) => state.live.cursor)
  const speed = useAppState((state) => state.live.speed)
  const kind = useAppState((state) => state.live.session?.kind ?? 'live')
  const shownMs = useAppState((state) => state.live.shown?.atMs ?? null)
  const ended = useAppState((state) => state.live.ended !== null)
  const runs = cursor.kind === 'now' || cursor.isPlaying
  const atMs = cursor.kind === 'past' ? cursor.atMs : shownMs
  return (
    <div className="live-transport" role="group" aria-label="Time">
      <span className="mono live-clock">{atMs === null ? '' : clockWords(atMs)}</span>
      <IconButton label="One poll back" keys="," onClick={() => run('live-back')}><SkipBack size={13} /></IconButton>
      <IconButton label={runs ? 'Pause' : 'Play'} keys="Space" onClick={() => run('live-pause')}>{runs ? <Pause size={14} /> : <Play size={14} />}</IconButton>
      <IconButton label="One poll on" keys="." onClick={() => run('live-on')}><SkipForward size={13} /></IconButton>
      <select className="input live-speed" aria-label="Speed" title="Slower < faster >" value={speed} onChange={(event) => actions.setLiveSpeed(Number(event.target.value) as Speed)}>
        {speeds.map((each) => <option key={each} value={each}>{each}×</option>)}
      </select>
      {kind === 'live' && cursor.kind === 'past' && !ended && <button type="button" className="btn live-back" onClick={() => run('live-now')}>Back to live</button>}
    </div>
  )
}
