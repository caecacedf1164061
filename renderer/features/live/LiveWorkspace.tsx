import { useApp } from '#renderer/app/context.ts'
import { Button } from '#renderer/ui/primitives.tsx'

export function LiveWorkspace() {
  const { actions } = useApp()
  return (
    <div className="page narrow">
      <h1>Live traffic is shown on the command line</h1>
      <p>
        This screen is not built yet. <code>steelyard live SOURCE --config FILE</code> asks a running HAProxy and shows the share of each server
        against the one the config leads to; it only reads. The shares in the picture here are the ones the config leads to, not measured ones.
      </p>
      <div className="row">
        <Button look="primary" onClick={() => actions.goTo('review')}>Back to Review</Button>
        <Button onClick={() => actions.goTo('trace')}>Trace one request</Button>
      </div>
    </div>
  )
}
