import { useEffect, useMemo, useRef } from 'react'
import { onViewCommand } from '#renderer/app/commands.ts'
import { useApp, useAppState } from '#renderer/app/context.ts'
import type { EditorText, Reveal, TextDiffHandle } from '#renderer/editor/props.ts'
import { TextDiff } from '#renderer/editor/TextDiff.tsx'
import { TextView } from '#renderer/editor/TextView.tsx'
import { textKey, themeOf, type AppState, type FileText, type Side } from '#renderer/state/app-state.ts'
import { FailureNote, Working } from '#renderer/ui/primitives.tsx'
import type { EditorHunkRow } from '#renderer/editor/props.ts'
import { toHunkRows } from '#renderer/features/behaviour/hunk-rows.ts'
import { useTraffic } from '#renderer/features/behaviour/use-traffic.ts'
import type { BehaviourAnswer, FilePair } from '#shared/rpc/payloads.ts'
import { toDrawerFiles, toMarks, toProblems } from './editor-marks.ts'
import { lineIndexOf } from './places.ts'
import { isLongText, lineCountOf } from './long-text.ts'
import { LongText, type LongSide } from './LongText.tsx'
import type { DrawerFile } from './editor-marks.ts'

const roles = new Set(['map', 'pattern-list', 'crt-list'])

/** Lines of one file on both sides. A text is fetched when it is looked at, not before. */
export function TextTab() {
  const { actions } = useApp()
  const before = useAppState((state) => state.before.value?.summary ?? null)
  const after = useAppState((state) => state.after.value?.summary ?? null)
  const comparison = useAppState((state) => state.comparison)
  const index = useAppState((state) => state.drawerFile)
  const layout = useAppState((state) => state.diffLayout)
  const foldUnchanged = useAppState((state) => state.foldUnchanged)
  const reveal = useAppState((state) => state.selection.reveal)
  const checks = useAppState((state) => state.checks.value)
  const resolved = useAppState((state) => state.comparison.value?.checks.resolved)
  const theme = useAppState(themeOf)
  const chosenBefore = useAppState((state) => state.selection.before)
  const chosenAfter = useAppState((state) => state.selection.after)
  const traffic = useTraffic()
  const handle = useRef<TextDiffHandle>(null)

  const pairs = comparison.value?.files
  const files = useMemo(() => toDrawerFiles(before === null ? [] : (pairs ?? []), after?.files ?? []), [before, pairs, after])
  const file: DrawerFile | undefined = files[index] ?? files[0]
  const isPaired = before === null || pairs !== undefined
  const isLong = isLongText(before, file?.before ?? null) || isLongText(after, file?.after ?? null)
  const beforeText = useSideText(before?.configId ?? null, isLong || !isPaired ? null : (file?.before ?? null))
  const afterText = useSideText(after?.configId ?? null, isLong || !isPaired ? null : (file?.after ?? null))

  useEffect(
    () =>
      onViewCommand((command) => {
        if (command === 'next-change') handle.current?.nextChange()
        if (command === 'previous-change') handle.current?.previousChange()
        if (command === 'find-in-text') handle.current?.find()
      }),
    [],
  )

  const languageOf = (side: 'before' | 'after', path: string): string => {
    const summary = side === 'before' ? before : after
    const role = summary?.files.find((each) => each.path === path)?.role ?? 'config'
    return roles.has(role) ? 'plaintext' : (summary?.dialect ?? 'plaintext')
  }
  const left = useEditorText(beforeText, (path) => languageOf('before', path))
  const right = useEditorText(afterText, (path) => languageOf('after', path))
  const problems = useMemo(
    () => [...toProblems([...(after?.diagnostics ?? []), ...(checks ?? [])], 'after', file?.after ?? null), ...toProblems(resolved ?? [], 'before', file?.before ?? null)],
    [after, checks, resolved, file],
  )
  const place = useMemo<Reveal | null>(() => {
    if (reveal === null || file === undefined || file[reveal.side] !== reveal.span.file) return null
    return { side: reveal.side, start: reveal.span.start, end: reveal.span.end, serial: reveal.serial }
  }, [reveal, file])
  const marks = useMemo(() => (file === undefined ? [] : toMarks({ before: chosenBefore, after: chosenAfter }, file)), [chosenBefore, chosenAfter, file])
  const pair = useMemo(() => pairs?.find((each) => each.before === file?.before && each.after === file.after) ?? null, [pairs, file])
  const answer = traffic.state === 'known' && comparison.state === 'ready' ? traffic.answer : null
  const hunkRows = useMemo(() => (pair === null || answer === null || isLong ? noRows : rowsOf(pair, answer, beforeText?.value ?? null, afterText?.value ?? null)), [pair, answer, isLong, beforeText, afterText])
  const moved = (side: Side, offset: number): void => {
    const path = file?.[side] ?? null
    if (path !== null) actions.moveCursor(side, path, offset)
  }

  // Until the files are paired the other side would look as if it were missing.
  if (file === undefined || !isPaired) return <Working text="Comparing…" />
  const failure = beforeText?.state === 'failed' ? beforeText.failure : afterText?.state === 'failed' ? afterText.failure : null
  const waiting = [beforeText, afterText].some((text) => text !== null && text.value === null && text.state !== 'failed')
  return (
    <div className="text-tab">
      {files.length > 1 && (
        <label className="file-choice">
          <span>File</span>
          <select className="input mono" value={files.indexOf(file)} onChange={(event) => actions.showDrawerFile(Number(event.target.value))}>
            {files.map((each, at) => <option key={each.title} value={at}>{each.title}</option>)}
          </select>
        </label>
      )}
      {failure !== null && <FailureNote failure={failure} onRetry={() => retry()} />}
      {waiting && <Working text="Fetching the text…" />}
      {isLong && (
        <LongText
          key={file.title} handle={handle} before={toLongSide('before', file.before)} after={toLongSide('after', file.after)} compared={before !== null} hunks={pair?.hunks ?? noHunks}
          marks={marks} behaviour={pair === null || answer === null ? null : { pair, answer }} onHunk={actions.chooseFindingById}
          layout={layout} foldUnchanged={foldUnchanged} reveal={place} problems={problems} theme={theme} title={file.title} onCursor={moved}
        />
      )}
      {!isLong && failure === null && !waiting && (before === null && right !== null
        ? <TextView text={right} reveal={place} problems={problems} labels={noLabels} marks={marks} theme={theme} ariaLabel={`Text of ${right.path}`} onCursor={moved} />
        : <TextDiff ref={handle} before={left} after={right} layout={layout} foldUnchanged={foldUnchanged} reveal={place} problems={problems} labels={noLabels} marks={marks} hunkRows={hunkRows} theme={theme} ariaLabel={`Difference of ${file.title}`} onCursor={moved} onHunk={actions.chooseFindingById} />)}
    </div>
  )

  function toLongSide(side: Side, path: string | null): LongSide | null {
    const summary = side === 'before' ? before : after
    return summary === null || path === null ? null : { configId: summary.configId, path, lines: lineCountOf(summary, path), language: languageOf(side, path) }
  }

  function retry(): void {
    const [left, right] = [file?.before ?? null, file?.after ?? null]
    if (before !== null && left !== null) void actions.ensureText(before.configId, left)
    if (after !== null && right !== null) void actions.ensureText(after.configId, right)
  }
}

const noLabels = [] as const
const noHunks: FilePair['hunks'] = []
const noRows: readonly EditorHunkRow[] = []

/** Rows above the changed stretches of a file that is shown whole; none until every side of it is there. */
function rowsOf(pair: FilePair, answer: BehaviourAnswer, before: FileText | null, after: FileText | null): readonly EditorHunkRow[] {
  const texts = { before, after }
  if ((pair.before !== null && before === null) || (pair.after !== null && after === null)) return noRows
  const whole = { start: 0, end: Infinity }
  return toHunkRows(pair, answer, (side, offset) => (texts[side] === null ? -1 : lineIndexOf(texts[side]).lineOf(offset)), { before: whole, after: whole })
}

function useSideText(configId: string | null, path: string | null) {
  const { actions } = useApp()
  const key = configId === null || path === null ? null : textKey(configId, path)
  const text = useAppState((state: AppState) => (key === null ? null : (state.texts.get(key) ?? null)))
  useEffect(() => {
    if (configId !== null && path !== null) void actions.ensureText(configId, path)
  }, [actions, configId, path])
  return key === null ? null : (text ?? ({ state: 'loading', value: null } as const))
}

function useEditorText(text: ReturnType<typeof useSideText>, languageOf: (path: string) => string): EditorText | null {
  const value = text?.value ?? null
  const language = value === null ? '' : languageOf(value.path)
  return useMemo(() => (value === null ? null : { path: value.path, text: value.text, language }), [value, language])
}
