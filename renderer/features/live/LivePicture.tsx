import { Maximize, Minus, Plus, Search, Table2 } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { commandKeys, onViewCommand } from '#renderer/app/commands.ts'
import { useApp, useAppState } from '#renderer/app/context.ts'
import type { FindState, TopologyHandle } from '#renderer/graph/props.ts'
import { TopologyCanvas } from '#renderer/graph/TopologyCanvas.tsx'
import { toHiddenCounts } from '#renderer/features/review/picture-state.ts'
import { motionOf, themeOf } from '#renderer/state/app-state.ts'
import { Empty, FailureNote, Hint, IconButton, Segmented, Working } from '#renderer/ui/primitives.tsx'
import { DataTable } from '#renderer/ui/DataTable.tsx'
import { troubleIds } from './live-selection.ts'
import { isStale } from './live-words.ts'
import { toServerTable } from './server-table.ts'
import { useLiveMarks } from './use-live-marks.ts'

const none: readonly string[] = []

/** The picture of the running config with what runs in it. Without a config there are no routes to draw: the servers are listed. */
export function LivePicture() {
  const { actions, run } = useApp()
  const picture = useAppState((state) => state.live.picture)
  const shown = useAppState((state) => state.live.shown)
  const ids = useAppState((state) => state.live.ids)
  const unit = useAppState((state) => state.live.unit)
  const colour = useAppState((state) => state.live.colour)
  const onlyTrouble = useAppState((state) => state.live.onlyTrouble)
  const isMoving = useAppState((state) => state.live.isMoving)
  const query = useAppState((state) => state.live.find)
  const table = useAppState((state) => state.table)
  const theme = useAppState(themeOf)
  const motion = useAppState(motionOf)
  const [found, setFound] = useState<FindState>({ index: 0, count: 0 })
  const handle = useRef<TopologyHandle>(null)
  const box = useRef<HTMLInputElement>(null)
  const chosen = useAppState((state) => state.live.alert?.key ?? null)
  const isRevealing = useRef(false)
  const answer = picture.answer.value
  const hidden = useMemo(() => (answer === null ? { byFilter: 0, byLimit: 0, folded: 0 } : toHiddenCounts(answer)), [answer])
  const marks = useLiveMarks(answer, shown, { unit, colour, stale: shown !== null && isStale(shown), hidden: hidden.byFilter + hidden.byLimit })
  const trouble = useMemo(() => (answer === null || !onlyTrouble ? none : troubleIds(shown, answer.view)), [answer, onlyTrouble, shown])
  useEffect(() => onViewCommand((command) => {
    switch (command) {
      case 'find': box.current?.focus(); box.current?.select(); return
      case 'find-next': handle.current?.findNext(); return
      case 'find-previous': handle.current?.findPrevious(); return
      case 'fit': handle.current?.fit(); return
      case 'zoom-in': handle.current?.zoomIn(); return
      case 'zoom-out': handle.current?.zoomOut(); return
      case 'next-change': case 'previous-change': case 'find-in-text': return
    }
  }), [])

  // An alert that is chosen brings its pool into view. An edge is asked for, which leaves the keyboard where it is; that it selects the edge, too, is not wanted.
  useEffect(() => {
    const out = chosen === null ? undefined : answer?.view.edges.find((edge) => ids.includes(edge.from))
    if (out === undefined) return
    isRevealing.current = true
    handle.current?.revealEdge(out.id)
    isRevealing.current = false
  }, [chosen])

  if (shown !== null && shown.configId === null) return <WithoutConfig />
  return (
    <section className="picture live-picture" aria-label="Live traffic">
      <div className="toolbar" role="toolbar" aria-label="Picture">
        <div className="find-box">
          <Search size={13} aria-hidden="true" />
          <input
            ref={box} type="text" aria-label="Find in the picture" placeholder="Find…" value={query} spellCheck={false} onChange={(event) => actions.changeLive({ find: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') event.shiftKey ? handle.current?.findPrevious() : handle.current?.findNext()
              if (event.key !== 'Escape') return
              event.stopPropagation()
              if (query === '') event.currentTarget.blur()
              else actions.changeLive({ find: '' })
            }}
          />
          {query === '' ? <kbd className="live-wide-only">/</kbd> : <span className="find-count" role="status">{found.count === 0 ? 'none' : `${Math.max(found.index, 0)}/${found.count}`}</span>}
        </div>
        <span className="live-choice" aria-hidden="true">Width</span>
        <Segmented label="Width of the edges" value={unit} onChange={(next) => actions.changeLive({ unit: next })} options={[{ value: 'requests', title: 'req/s' }, { value: 'connections', title: 'conn/s' }, { value: 'bytes', title: 'bytes/s' }]} />
        <span className="live-choice" aria-hidden="true">Colour</span>
        <Segmented label="Colour" value={colour} onChange={(next) => actions.changeLive({ colour: next })} options={[{ value: 'errors', title: 'errors' }, { value: 'latency', title: 'latency' }]} />
        <Toggle pressed={onlyTrouble} onClick={() => run('live-trouble')}>Only trouble</Toggle>
        <Toggle pressed={isMoving && motion === 'full'} onClick={() => actions.changeLive({ isMoving: !isMoving })}>Motion</Toggle>
        {answer !== null && <Toggle pressed={answer.grouped} keys="G" onClick={() => run('group')}>Group</Toggle>}
        <Toggle pressed={table} keys="T" onClick={() => run('table')}><Table2 className="live-wide-only" size={13} aria-hidden="true" /> Table</Toggle>
        <span className="zoom">
          <IconButton label="Zoom out" keys={commandKeys('zoom-out')} onClick={() => run('zoom-out')}><Minus size={14} /></IconButton>
          <IconButton label="Fit the whole picture" keys="0" onClick={() => run('fit')}><Maximize size={13} /></IconButton>
          <IconButton label="Zoom in" keys={commandKeys('zoom-in')} onClick={() => run('zoom-in')}><Plus size={14} /></IconButton>
        </span>
      </div>
      <div className="canvases overlay">
        {answer === null && picture.answer.state !== 'failed' && <Working text="Drawing the picture…" />}
        {picture.answer.state === 'failed' && <FailureNote failure={picture.answer.failure} onRetry={() => actions.setLiveTopology({})} />}
        {answer !== null && (
          <TopologyCanvas
            ref={handle} view={answer.view} mode="overlay" selection={ids} lit={trouble} {...(marks === null ? {} : { live: marks })} query={query} theme={theme} motion={isMoving ? motion : 'reduced'} hidden={hidden} ariaLabel="Live traffic" table={table}
            onSelect={(next) => { if (!isRevealing.current) actions.selectLiveIds(next) }} onOpen={(id) => { actions.selectLiveIds([id]); run('open-finding') }} onExpand={actions.expandLiveGroup} onUp={actions.clearLiveSelection} onFind={setFound} onTable={actions.setTable}
          />
        )}
        {onlyTrouble && trouble.length === 0 && <p className="live-calm" role="status">Nothing is in trouble.</p>}
      </div>
    </section>
  )
}

function WithoutConfig() {
  const { actions } = useApp()
  const shown = useAppState((state) => state.live.shown)
  const ids = useAppState((state) => state.live.ids)
  const table = useMemo(() => (shown === null ? null : toServerTable(shown)), [shown])
  return (
    <section className="picture live-picture" aria-label="Live traffic">
      <p className="live-note">There is no config to draw: nobody said what this balancer runs. These are the servers that it names. Stop watching and choose a config to see routes, lines and what is expected.</p>
      {table === null || table.rows.length === 0 ? <Empty>This source says nothing about pools and servers.</Empty> : <DataTable label="Servers that the balancer names" table={table} selected={(row) => row.highlights.some((id) => ids.includes(id))} onSelect={(row) => actions.changeLive({ pool: String(row.cells['pool'] ?? '') })} />}
    </section>
  )
}

function Toggle({ pressed, keys, onClick, children }: { readonly pressed: boolean; readonly keys?: string; readonly onClick: () => void; readonly children: React.ReactNode }) {
  return (
    <Hint text={pressed ? 'On' : 'Off'} {...(keys === undefined ? {} : { keys })}>
      <button type="button" className="toggle" aria-pressed={pressed} onClick={onClick}>{children}</button>
    </Hint>
  )
}
