import { X } from 'lucide-react'
import { toFindings } from '#renderer/features/review/findings.ts'
import { useApp, useAppState } from './context.ts'

/** Quiet messages at the lower edge; they never take the keyboard. */
export function Notices() {
  const { actions, run } = useApp()
  const notices = useAppState((state) => state.notices)
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map((notice) => {
        const { action } = notice
        return (
          <div key={notice.id} className={`notice ${notice.tone}`}>
            <span>{notice.text}</span>
            {action !== null && <button type="button" className="link" onClick={() => { actions.dismissNotice(notice.id); run(action.command) }}>{action.title}</button>}
            <button type="button" className="icon-btn" aria-label="Dismiss" onClick={() => actions.dismissNotice(notice.id)}>
              <X size={14} />
            </button>
          </div>
        )
      })}
    </div>
  )
}

/** Says the chosen finding to a screen reader, wherever it was chosen. */
export function Announcer() {
  const comparison = useAppState((state) => state.comparison.value)
  const chosen = useAppState((state) => state.selection.sentenceId)
  const finding = chosen === null || comparison === null ? undefined : toFindings(comparison).find((each) => each.id === chosen)
  return (
    <div className="sr-only" aria-live="polite">
      {finding === undefined ? '' : `${finding.text} ${finding.moves.map((move) => `${move.label} ${move.was} to ${move.now}`).join(', ')}`}
    </div>
  )
}
