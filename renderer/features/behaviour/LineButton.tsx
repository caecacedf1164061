import { useEffect, useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { fileName, lineIndexOf, textOf } from '#renderer/features/review/places.ts'
import type { Side } from '#renderer/state/app-state.ts'
import type { Span } from '#shared/text/span.ts'

/** Goes to a line in the text, and leaves what is chosen as it is. */
function useGoToLine(): (side: Side, at: Span) => void {
  const { actions, store } = useApp()
  return (side, at) => {
    const { selection } = store.get()
    const own = (which: Side): readonly Span[] => (selection[which].length > 0 || which !== side ? selection[which] : [at])
    actions.select({ ...selection, before: own('before'), after: own('after'), reveal: { side, span: at, serial: (selection.reveal?.serial ?? 0) + 1 } })
    actions.showDrawerTab('text')
  }
}

/** Up to here a whole text is fetched to name lines of it; of a larger one, single lines. */
export const lineTextLimitBytes = 4 * 1024 * 1024

/** Number (from one) and words of the line at a place; null until they are known. */
function useLine(side: Side, at: Span): { readonly number: number; readonly words: string } | null {
  const { client } = useApp()
  const text = useAppState((state) => textOf(state, side, at.file))
  const summary = useAppState((state) => state[side].value?.summary ?? null)
  const configId = summary?.configId ?? null
  const isLarge = (summary?.files.find((file) => file.path === at.file)?.bytes ?? 0) > lineTextLimitBytes
  const [part, setPart] = useState<{ readonly number: number; readonly words: string } | null>(null)
  useEffect(() => {
    if (text !== null || !isLarge || configId === null) return
    let isCurrent = true
    void client.call('config.textPart', { configId, path: at.file, around: { offset: at.start }, lines: 1 }).then((result) => {
      if (isCurrent && result.ok) setPart({ number: result.value.startLine + 1, words: result.value.text.trim() })
    })
    return () => { isCurrent = false }
  }, [client, text, isLarge, configId, at.file, at.start])
  if (text === null) return part
  const index = lineIndexOf(text)
  const line = index.lineOf(at.start)
  return { number: line + 1, words: index.textOfLine(line).trim() }
}

/** The side whose files hold a place: the one named, unless only the other config has such a file. */
function useSideOf(side: Side, at: Span): Side {
  const other: Side = side === 'before' ? 'after' : 'before'
  return useAppState((state) => {
    const holds = (which: Side): boolean => state[which].value?.summary.files.some((file) => file.path === at.file) === true
    return !holds(side) && holds(other) ? other : side
  })
}

/** `line 12` as a link; the file where its text is not loaded, or where the config has several. */
export function LineLink({ side: named, at }: { readonly side: Side; readonly at: Span }) {
  const goTo = useGoToLine()
  const side = useSideOf(named, at)
  const line = useLine(side, at)
  const many = useAppState((state) => (state[side].value?.summary.files.length ?? 0) > 1)
  const words = line === null ? fileName(at.file) : many ? `${fileName(at.file)}:${line.number}` : `line ${line.number}`
  return <button type="button" className="link nowrap" onClick={() => goTo(side, at)}>{side === 'before' ? `baseline ${words}` : words}</button>
}

const signs = { before: '−', after: '+' } as const
const sideWords = { before: 'Baseline', after: 'Candidate' } as const

/** One line of one side, as it stands in the file; choosing it goes there. */
export function LineButton({ side, at, word }: { readonly side: Side; readonly at: Span; readonly word: string }) {
  const goTo = useGoToLine()
  const line = useLine(side, at)
  const words = line?.words ?? fileName(at.file)
  return (
    <button type="button" className={`line-button ${side}`} title={`${sideWords[side]}: ${words}`} onClick={() => goTo(side, at)}>
      <span className="sr-only">{sideWords[side]}, {word}, line </span>
      <span className="sign" aria-hidden="true">{signs[side]}</span>
      <span className="number">{line?.number ?? ''}</span>
      <code>{words}</code>
    </button>
  )
}
