import { Maximize, Minus, Plus, Search, Table2 } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { commandKeys, onViewCommand } from '#renderer/app/commands.ts'
import { useApp, useAppState } from '#renderer/app/context.ts'
import type { FindState, TopologyHandle, TopologyMode } from '#renderer/graph/props.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import { createPictureLink } from '#renderer/graph/picture-link.ts'
import { TopologyCanvas } from '#renderer/graph/TopologyCanvas.tsx'
import { motionOf, themeOf, type PictureMode } from '#renderer/state/app-state.ts'
import { FailureNote, Hint, IconButton, Segmented, Working } from '#renderer/ui/primitives.tsx'
import { toHiddenCounts, type Lit } from './picture-state.ts'

interface PictureProps {
  readonly label: string
  /** Ids lit up per side; the overlay lights both. */
  readonly lit: Lit
  /** Where requests that are treated differently pass. */
  readonly traffic?: TrafficMarks
  /** Trace draws the whole picture: it has no filter, and its own path instead of the selection. */
  readonly trace?: boolean
}

const none: readonly string[] = []
const modeTitles: readonly { readonly value: PictureMode; readonly title: string }[] = [
  { value: 'overlay', title: 'Overlay' }, { value: 'before', title: 'Before' }, { value: 'after', title: 'After' }, { value: 'side-by-side', title: 'Side by side' },
]

/** The picture with its toolbar. Two pictures side by side share selection, search and positions. */
export function Picture({ label, lit, traffic, trace = false }: PictureProps) {
  const { actions, run } = useApp()
  const topology = useAppState((state) => state.topology)
  const wantedMode = useAppState((state) => state.mode)
  const table = useAppState((state) => state.table)
  const options = useAppState((state) => state.topologyOptions)
  const theme = useAppState(themeOf)
  const motion = useAppState(motionOf)
  const selection = useAppState((state) => state.selection.ids)
  const compared = useAppState((state) => state.before.value !== null)
  const query = useAppState((state) => state.find)
  const [found, setFound] = useState<FindState>({ index: 0, count: 0 })
  const first = useRef<TopologyHandle>(null)
  const second = useRef<TopologyHandle>(null)
  const box = useRef<HTMLInputElement>(null)

  // The second picture follows the first, and the first the second.
  const link = useMemo(createPictureLink, [])
  const onBoth = useCallback((act: (handle: TopologyHandle) => void) => {
    for (const reference of [first, second]) if (reference.current !== null) act(reference.current)
  }, [])
  useEffect(
    () =>
      onViewCommand((command) => {
        switch (command) {
          case 'find': box.current?.focus(); box.current?.select(); return
          case 'find-next': onBoth((handle) => handle.findNext()); return
          case 'find-previous': onBoth((handle) => handle.findPrevious()); return
          case 'fit': first.current?.fit(); return
          case 'zoom-in': first.current?.zoomIn(); return
          case 'zoom-out': first.current?.zoomOut(); return
          case 'next-change': case 'previous-change': case 'find-in-text': return
        }
      }),
    [onBoth],
  )

  const answer = topology.value
  const mode: PictureMode = answer?.view.isDifference === true ? wantedMode : 'overlay'
  const hidden = useMemo(() => (answer === null ? { byFilter: 0, byLimit: 0, folded: 0 } : toHiddenCounts(answer)), [answer])

  const canvas = (which: TopologyMode, reference: React.RefObject<TopologyHandle | null>, title: string) =>
    answer !== null && (
      <TopologyCanvas
        ref={reference} view={answer.view} mode={which} {...(mode === 'side-by-side' ? { link } : {})} selection={lit.isPath ? none : selection} lit={lit[which]} {...(traffic === undefined ? {} : { traffic })} query={query} theme={theme} motion={motion} hidden={hidden} ariaLabel={title} table={table}
        onSelect={actions.selectIds} onOpen={actions.openElement} onExpand={actions.expandGroup} onUp={actions.clearSelection} onFind={setFound} onTable={actions.setTable} onReady={actions.pictureDrawn}
      />
    )
  return (
    <section className="picture" aria-label={label}>
      <div className="toolbar" role="toolbar" aria-label="Picture">
        <div className="find-box">
          <Search size={13} aria-hidden="true" />
          <input
            ref={box} type="text" aria-label="Find in the picture" placeholder="Find host, path, pool, server…" value={query} spellCheck={false}
            onChange={(event) => actions.setFind(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onBoth((handle) => (event.shiftKey ? handle.findPrevious() : handle.findNext()))
              if (event.key === 'Escape') {
                event.stopPropagation()
                if (query === '') event.currentTarget.blur()
                else actions.setFind('')
              }
            }}
          />
          {query === '' ? <kbd>/</kbd> : <span className="find-count" role="status">{found.count === 0 ? 'none' : `${Math.max(found.index, 0)}/${found.count}`}</span>}
        </div>
        {compared && !trace && <Toggle pressed={options.onlyChanged} keys="C" onClick={() => run('only-changed')}>Only changed</Toggle>}
        {compared && <Segmented label="Sides of the picture" value={mode} options={modeTitles} onChange={actions.setMode} />}
        {answer !== null && <Toggle pressed={answer.grouped} keys="G" onClick={() => run('group')}>Group servers</Toggle>}
        {hidden.byLimit > 0 && (
          <Hint text={`${hidden.byLimit.toLocaleString('en')} boxes are beyond the limit; searching finds them too`}>
            <button type="button" className="toggle" onClick={() => run('show-more')}>Show more</button>
          </Hint>
        )}
        <Toggle pressed={table} keys="T" onClick={() => run('table')}><Table2 size={13} aria-hidden="true" /> Table</Toggle>
        <span className="zoom">
          <IconButton label="Zoom out" keys={commandKeys('zoom-out')} onClick={() => run('zoom-out')}><Minus size={14} /></IconButton>
          <IconButton label="Fit the whole picture" keys="0" onClick={() => run('fit')}><Maximize size={13} /></IconButton>
          <IconButton label="Zoom in" keys={commandKeys('zoom-in')} onClick={() => run('zoom-in')}><Plus size={14} /></IconButton>
        </span>
      </div>
      <div className={`canvases ${mode}`}>
        {answer === null && topology.state === 'loading' && <Working text="Drawing the picture…" />}
        {topology.state === 'failed' && <FailureNote failure={topology.failure} onRetry={() => void actions.refreshTopology()} />}
        {answer !== null && answer.view.nodes.length === 0 && (
          <div className="nothing">
            {options.onlyChanged && hidden.byFilter > 0 ? (
              <>
                Nothing in the picture changed. <button type="button" className="link" onClick={() => run('only-changed')}>Show all {hidden.byFilter} boxes</button>
              </>
            ) : (
              'This config has no listener, route, pool or server to draw.'
            )}
          </div>
        )}
        {mode === 'side-by-side' ? (
          <>
            <div className="half">
              <span className="half-title">Before</span>
              {canvas('before', first, `${label}, before`)}
            </div>
            <div className="half">
              <span className="half-title">After</span>
              {canvas('after', second, `${label}, after`)}
            </div>
          </>
        ) : (
          canvas(mode, first, label)
        )}
        {topology.state === 'loading' && answer !== null && <div className="corner-working"><Working text="Working…" /></div>}
      </div>
    </section>
  )
}

function Toggle({ pressed, keys, onClick, children }: { readonly pressed: boolean; readonly keys: string; readonly onClick: () => void; readonly children: React.ReactNode }) {
  return (
    <Hint text={pressed ? 'On' : 'Off'} keys={keys}>
      <button type="button" className="toggle" aria-pressed={pressed} onClick={onClick}>
        {children}
      </button>
    </Hint>
  )
}
