import { Tooltip } from 'radix-ui'
import { Component, type ErrorInfo, type ReactNode } from 'react'
import { AppContext, type App } from './context.ts'
import { Shell } from './Shell.tsx'

interface CrashState {
  readonly message: string | null
}

/** Our own faults end here: said once, with what to report, and a way on. */
class CrashBoundary extends Component<{ readonly children: ReactNode }, CrashState> {
  override state: CrashState = { message: null }

  static getDerivedStateFromError(error: unknown): CrashState {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(error, info.componentStack)
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children
    return (
      <main className="crash" role="alert">
        <h1>This is a fault in Steelyard</h1>
        <p>The screen stopped: {this.state.message}</p>
        <p>Your configs and your history were not touched. Please report this with what you did.</p>
        <button type="button" className="btn primary" onClick={() => location.reload()}>Load the screen again</button>
      </main>
    )
  }
}

export function Root({ app }: { readonly app: App }) {
  return (
    <CrashBoundary>
      <AppContext value={app}>
        <Tooltip.Provider delayDuration={400} skipDelayDuration={200}>
          <Shell />
        </Tooltip.Provider>
      </AppContext>
    </CrashBoundary>
  )
}
