import { useMemo } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { Button, FailureNote, Working } from '#renderer/ui/primitives.tsx'
import { SplitPane } from '#renderer/ui/SplitPane.tsx'
import { Drawer } from './Drawer.tsx'
import { toTrafficMarks } from '#shared/view/traffic-marks.ts'
import { useTraffic } from '#renderer/features/behaviour/use-traffic.ts'
import { shownAnswer } from '#renderer/features/behaviour/verdict.ts'
import { findingsOf } from './findings.ts'
import { FindingsPanel } from './FindingsPanel.tsx'
import { Picture } from './Picture.tsx'
import { toLit } from './picture-state.ts'

export function ReviewWorkspace() {
  const { actions, run } = useApp()
  const after = useAppState((state) => state.after)
  const before = useAppState((state) => state.before)
  const findings = useAppState(findingsOf)
  const view = useAppState((state) => state.topology.value?.view ?? null)
  const selection = useAppState((state) => state.selection)
  const answer = shownAnswer(useTraffic())
  const lit = useMemo(() => toLit(selection, findings), [selection, findings])
  const marks = useMemo(() => (answer === null || view === null ? undefined : toTrafficMarks(answer, view)), [answer, view])

  if (after.value === null) {
    return (
      <div className="welcome">
        {after.state === 'failed' ? <FailureNote failure={after.failure} onRetry={() => void actions.openFirst()} /> : <Working text="Reading the config…" />}
        {after.state === 'failed' && (
          <div className="row">
            <Button look="primary" onClick={() => run('open')}>Open a config…</Button>
            <Button onClick={() => run('open-sample')}>Open the sample incident</Button>
            <Button onClick={() => run('open-sample-nginx')}>The same on nginx</Button>
          </div>
        )}
      </div>
    )
  }
  return (
    <SplitPane id="side" label="Width of the panel" direction="columns" initial={380} minimum={260} keep={480}>
      <SplitPane id="drawer" label="Height of the drawer" direction="rows" initial={Math.round(Math.min(330, window.innerHeight * 0.32))} minimum={120} keep={220}>
        <Picture label={before.value === null ? 'Topology' : 'Topology difference'} lit={lit} {...(marks === undefined ? {} : { traffic: marks })} />
        <Drawer />
      </SplitPane>
      <FindingsPanel findings={findings} />
    </SplitPane>
  )
}
