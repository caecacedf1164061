import { useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { toneOf } from '#renderer/features/review/findings.ts'
import { fileName, lineAt, textOf } from '#renderer/features/review/places.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { ToneGlyph } from '#renderer/ui/primitives.tsx'

const severityWords = { error: 'Error', warning: 'Warning', info: 'Note' } as const
const pageSize = 200

/** Findings one under another; choosing one goes to its line. */
export function DiagnosticList({ diagnostics, side, marked }: { readonly diagnostics: readonly Diagnostic[]; readonly side: Side; readonly marked?: (diagnostic: Diagnostic) => boolean }) {
  const { actions } = useApp()
  const state = useAppState((now) => now)
  const [limit, setLimit] = useState(pageSize)
  return (
    <>
      <ul className="diagnostics">
        {diagnostics.slice(0, limit).map((each) => {
          const line = lineAt(textOf(state, side, each.at.file), each.at.start)
          return (
            <li key={`${each.fingerprint}|${each.at.start}`}>
              <button type="button" className={`diagnostic ${state.selection.sentenceId === `check:${each.fingerprint}` ? 'sel' : ''}`} onClick={() => actions.goToDiagnostic(each, side)}>
                <ToneGlyph tone={toneOf(each)} />
                <span className="sr-only">{severityWords[each.severity]}: </span>
                <span className="diagnostic-text">
                  {each.message}
                  {each.fix !== null && <span className="fix">Fix: {each.fix.title}</span>}
                  {each.related.map((related) => <span key={`${related.at.start}${related.message}`} className="related">{related.message}</span>)}
                  <small>
                    <span className="mono">{each.code}</span> · {fileName(each.at.file)}{line === null ? '' : ` line ${line}`} · {each.source}
                    {marked?.(each) === true && <b className="tone-changed"> · new in the candidate</b>}
                  </small>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      {diagnostics.length > limit && <button type="button" className="link pad" onClick={() => setLimit(limit + pageSize)}>{diagnostics.length - limit} more: show the next {Math.min(pageSize, diagnostics.length - limit)}</button>}
    </>
  )
}
