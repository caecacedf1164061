import '@fontsource/inter/400.css'
import '@fontsource/inter/600.css'
import '@fontsource/jetbrains-mono/400.css'
import { createRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { TopologyHandle, TopologyMode } from '#renderer/graph/props.ts'
import { createPictureLink } from '#renderer/graph/picture-link.ts'
import { TopologyCanvas } from '#renderer/graph/TopologyCanvas.tsx'
import '#renderer/ui/tokens.css'
import { syntheticMarks, watched } from './live.ts'
import { incidentView, largeView, poolsView } from './views.ts'

const query = new URLSearchParams(location.search)
const name = query.get('view') ?? 'incident'
const theme = query.get('theme') === 'light' ? 'light' : 'dark'
document.documentElement.dataset.theme = theme
const drawn = name === 'incident' ? incidentView() : name.startsWith('pools') ? poolsView(Number(name.slice(5)), Number(query.get('servers') ?? 5)) : largeView(Number(name))
const isLive = query.has('live')
const view = isLive ? watched(drawn) : drawn
const handle = createRef<TopologyHandle>()
const log: unknown[] = []
Object.assign(window, { handle, log, view })

function Page() {
  const [selection, setSelection] = useState<readonly string[]>([])
  const [shown, setShown] = useState(view)
  const [live, setLive] = useState(() => (isLive ? { ...syntheticMarks(view, 0), stale: query.has('stale') } : undefined))
  Object.assign(window, { setShown, setSelection, setLive, marksAt: (tick: number) => syntheticMarks(view, tick) })
  const canvas = (mode: TopologyMode, title: string, reference: typeof handle | undefined) => (
    <TopologyCanvas
      {...(reference === undefined ? {} : { ref: reference })} {...(isPair ? { link } : {})} view={shown} mode={mode} {...(live === undefined ? {} : { live })} selection={selection} lit={noIds} query={query.get('query') ?? ''} theme={theme}
      motion={query.has('still') ? 'reduced' : 'full'} hidden={{ byFilter: Number(query.get('hidden') ?? 0), byLimit: 0, folded: Number(query.get('folded') ?? 0) }} ariaLabel={title} table={query.has('table')}
      onSelect={(ids) => { setSelection(ids); log.push(['select', ...ids]) }} onOpen={(id) => log.push(['open', id])} onExpand={(id) => log.push(['expand', id])}
      onUp={onUp} onReady={onReady} onFind={onFind}
    />
  )
  if (!isPair) return canvas((query.get('mode') ?? 'overlay') as TopologyMode, 'Topology', handle)
  return (
    <div style={{ display: 'flex', width: '100%', height: '100%' }}>
      {(['before', 'after'] as const).map((side) => (
        <div key={side} style={{ flex: 1, position: 'relative', minWidth: 0 }}>{canvas(side, side, side === 'before' ? handle : undefined)}</div>
      ))}
    </div>
  )
}
const isPair = query.has('pair')
const link = createPictureLink()
const noIds: readonly string[] = []
const onUp = (): void => void log.push(['up'])
const onFind = (state: unknown): void => void log.push(['find', state])
const onReady = (timing: unknown): void => { log.push(['ready', timing]); Object.assign(window, { ready: timing }) }

createRoot(document.getElementById('root') as HTMLElement).render(<Page />)
