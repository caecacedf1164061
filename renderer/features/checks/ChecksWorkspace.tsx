import { useEffect, useMemo, useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { fileName, lineAt, textOf } from '#renderer/features/review/places.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { Button, Empty, FailureNote, Segmented, Working } from '#renderer/ui/primitives.tsx'
import { DiagnosticList } from './DiagnosticList.tsx'
import { filterDiagnostics, groupByObject, groupBySeverity, toChecklist } from './grouping.ts'

/** Every finding of the whole candidate. */
export function ChecksWorkspace() {
  const { actions, store } = useApp()
  const checks = useAppState((state) => state.checks)
  const reading = useAppState((state) => state.after.value?.summary.diagnostics)
  const candidate = useAppState((state) => state.after.value?.summary)
  const view = useAppState((state) => state.topology.value?.view ?? null)
  const introduced = useAppState((state) => state.comparison.value?.checks.introduced)
  const [filter, setFilter] = useState('')
  const [groupBy, setGroupBy] = useState<'severity' | 'object'>('severity')
  const all = useMemo(() => allFindings(checks.value ?? [], reading ?? []), [checks.value, reading])
  const shown = useMemo(() => filterDiagnostics(all, filter), [all, filter])
  const groups = useMemo(() => (groupBy === 'severity' ? groupBySeverity(shown) : groupByObject(shown, view)), [shown, groupBy, view])
  useSmallTexts(all)

  const copy = async (): Promise<void> => {
    const text = toChecklist(candidate?.title ?? 'the candidate', groups, (each) => lineAt(textOf(store.get(), 'after', each.at.file), each.at.start))
    await navigator.clipboard.writeText(text).then(
      () => actions.notify('The checklist is in the clipboard.', 'ok'),
      (error: unknown) => actions.notify(`The checklist could not be copied: ${error instanceof Error ? error.message : String(error)}`, 'problem'),
    )
  }
  if (candidate === undefined) return <Empty>Open a config to see its findings.</Empty>
  return (
    <div className="checks-page">
      <header className="pane-head">
        <h1>Checks of {fileName(candidate.title)}</h1>
        <span className="muted">{shown.length === all.length ? `${all.length} ${all.length === 1 ? 'finding' : 'findings'}` : `${shown.length} of ${all.length} findings, ${all.length - shown.length} hidden by the filter`}</span>
        <span className="spring" />
        <input className="input" type="search" aria-label="Filter findings" placeholder="Filter by word, code or file" value={filter} onChange={(event) => setFilter(event.target.value)} />
        <Segmented label="Group by" value={groupBy} onChange={setGroupBy} options={[{ value: 'severity', title: 'By severity' }, { value: 'object', title: 'By listener and pool' }]} />
        <Button onClick={() => void copy()}>Copy as checklist</Button>
      </header>
      {checks.state === 'failed' && <FailureNote failure={checks.failure} onRetry={() => void actions.analyse()} />}
      {checks.state === 'loading' && checks.value === null && <Working text="Checking…" />}
      {checks.state === 'ready' && all.length === 0 && <Empty>No findings. Steelyard looked for the problems it knows; it does not prove that there are none.</Empty>}
      <div className="scroll">
        {groups.map((group) => (
          <section key={group.key} className="check-group" aria-label={group.title}>
            <h2>
              {group.title} <span className="count">{group.diagnostics.length}</span>
            </h2>
            <DiagnosticList diagnostics={group.diagnostics} side="after" marked={(each) => introduced?.some((other) => other.fingerprint === each.fingerprint) === true} />
          </section>
        ))}
      </div>
    </div>
  )
}

function allFindings(checks: readonly Diagnostic[], reading: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>()
  return [...reading, ...checks].filter((each) => {
    const key = `${each.fingerprint}|${each.at.file}|${each.at.start}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const lineNumberLimitBytes = 4 * 1024 * 1024

/** Line numbers need the text; small files are fetched for that, large ones only once their text is looked at. */
function useSmallTexts(diagnostics: readonly Diagnostic[]): void {
  const { actions } = useApp()
  const summary = useAppState((state) => state.after.value?.summary)
  useEffect(() => {
    if (summary === undefined) return
    for (const path of new Set(diagnostics.map((each) => each.at.file))) {
      const file = summary.files.find((each) => each.path === path)
      if (file !== undefined && file.bytes <= lineNumberLimitBytes) void actions.ensureText(summary.configId, path)
    }
  }, [actions, summary, diagnostics])
}
