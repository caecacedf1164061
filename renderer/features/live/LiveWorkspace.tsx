import { useApp } from '#renderer/app/context.ts'
import { Button } from '#renderer/ui/primitives.tsx'

export function LiveWorkspace() {
  const { actions } = useApp()
  return (
    <div className="page narrow">
      <h1>Live traffic is not part of this version</h1>
      <p>
        This version reads configs; it does not connect to a running balancer. The shares in the picture are the ones the config leads to, not measured
        ones.
      </p>
      <div className="row">
        <Button look="primary" onClick={() => actions.goTo('review')}>Back to Review</Button>
        <Button onClick={() => actions.goTo('trace')}>Trace one request</Button>
      </div>
    </div>
  )
}
