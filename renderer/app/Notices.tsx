import { X } from 'lucide-react'
import { findingsOf } from '#renderer/features/review/findings.ts'
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
  const finding = useAppState((state) => (state.selection.sentenceId === null ? undefined : findingsOf(state).find((each) => each.id === state.selection.sentenceId)))
  return (
    <div className="sr-only" aria-live="polite">
      {finding === undefined ? '' : `${finding.text} ${finding.moves.map((move) => `${move.label} ${move.was} to ${move.now}`).join(', ')}`}
    </div>
  )
}
