import '@fontsource/inter/400.css'
import '@fontsource/inter/600.css'
import '@fontsource/jetbrains-mono/400.css'
import { createRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { TopologyHandle, TopologyMode } from '#renderer/graph/props.ts'
import { TopologyCanvas } from '#renderer/graph/TopologyCanvas.tsx'
import '#renderer/ui/tokens.css'
import { incidentView, largeView, poolsView } from './views.ts'

const query = new URLSearchParams(location.search)
const name = query.get('view') ?? 'incident'
const theme = query.get('theme') === 'light' ? 'light' : 'dark'
document.documentElement.dataset.theme = theme
const view = name === 'incident' ? incidentView() : name.startsWith('pools') ? poolsView(Number(name.slice(5)), Number(query.get('servers') ?? 5)) : largeView(Number(name))
const handle = createRef<TopologyHandle>()
const log: unknown[] = []
Object.assign(window, { handle, log, view })

function Page() {
  const [selection, setSelection] = useState<readonly string[]>([])
  const [shown, setShown] = useState(view)
  Object.assign(window, { setShown, setSelection })
  return (
    <TopologyCanvas
      ref={handle} view={shown} mode={(query.get('mode') ?? 'overlay') as TopologyMode} selection={selection} lit={noIds} query={query.get('query') ?? ''} theme={theme}
      motion="full" hidden={{ byFilter: Number(query.get('hidden') ?? 0), byLimit: 0, folded: Number(query.get('folded') ?? 0) }} ariaLabel="Topology" table={query.has('table')}
      onSelect={(ids) => { setSelection(ids); log.push(['select', ...ids]) }} onOpen={(id) => log.push(['open', id])} onExpand={(id) => log.push(['expand', id])}
      onUp={onUp} onReady={onReady} onFind={onFind}
    />
  )
}
const noIds: readonly string[] = []
const onUp = (): void => void log.push(['up'])
const onFind = (state: unknown): void => void log.push(['find', state])
const onReady = (timing: unknown): void => { log.push(['ready', timing]); Object.assign(window, { ready: timing }) }

createRoot(document.getElementById('root') as HTMLElement).render(<Page />)
