import { ChevronDown, ChevronUp } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { DiagnosticList } from '#renderer/features/checks/DiagnosticList.tsx'
import { drawerTabs, type DrawerTab, type Side } from '#renderer/state/app-state.ts'
import { Empty, FailureNote, IconButton, Segmented, Working } from '#renderer/ui/primitives.tsx'
import { DataTable } from '#renderer/ui/DataTable.tsx'
import { PlainEnglish } from './PlainEnglish.tsx'
import { toLinesChanged } from './findings.ts'

const TextTab = lazy(async () => ({ default: (await import('./TextTab.tsx')).TextTab }))

export function Drawer() {
  const { actions, run } = useApp()
  const tab = useAppState((state) => state.drawerTab)
  const comparison = useAppState((state) => state.comparison.value)
  const compared = useAppState((state) => state.before.value !== null)
  const checks = useAppState((state) => state.checks.value)
  const layout = useAppState((state) => state.diffLayout)
  const fold = useAppState((state) => state.foldUnchanged)
  const drawn = useAppState((state) => state.pictureDrawn)
  const hunks = comparison?.files.reduce((sum, file) => sum + file.hunks.length, 0) ?? 0
  const titles: Readonly<Record<DrawerTab, string>> = {
    text: compared ? 'Text diff' : 'Text', english: 'Plain English', checks: checks === null ? 'Checks' : `Checks ${checks.length}`, decisions: 'Decision list',
  }
  return (
    <Tabs.Root className="drawer" id="drawer" tabIndex={-1} value={tab} onValueChange={(value) => actions.showDrawerTab(value as DrawerTab)} activationMode="automatic">
      <div className="tabs">
        <Tabs.List aria-label="Drawer">
          {drawerTabs.map((each) => (
            <Tabs.Trigger key={each} value={each} className="tab">{titles[each]}</Tabs.Trigger>
          ))}
        </Tabs.List>
        <span className="spring" />
        {tab === 'text' && compared && comparison !== null && (
          <div className="text-tools">
            <span className="muted">{toLinesChanged(comparison.text)} · {hunks.toLocaleString('en')} {hunks === 1 ? 'change' : 'changes'}</span>
            <IconButton label="Previous change" keys="⇧ F7" onClick={() => run('previous-change')}><ChevronUp size={14} /></IconButton>
            <IconButton label="Next change" keys="F7" onClick={() => run('next-change')}><ChevronDown size={14} /></IconButton>
            <Segmented label="Layout of the text" value={layout} onChange={() => run('inline')} options={[{ value: 'side-by-side', title: 'Side by side', keys: 'I' }, { value: 'inline', title: 'Inline', keys: 'I' }]} />
            <label className="tick"><input type="checkbox" checked={fold} onChange={() => run('fold')} /> fold unchanged</label>
          </div>
        )}
      </div>
      <Tabs.Content value="text" className="tab-body" tabIndex={-1}>
        {drawn ? (
          <Suspense fallback={<Working text="Opening the editor…" />}>
            <TextTab />
          </Suspense>
        ) : (
          <Working text="The text follows the picture…" />
        )}
      </Tabs.Content>
      <Tabs.Content value="english" className="tab-body scroll" tabIndex={0}><PlainEnglish /></Tabs.Content>
      <Tabs.Content value="checks" className="tab-body scroll" tabIndex={0}><DrawerChecks /></Tabs.Content>
      <Tabs.Content value="decisions" className="tab-body" tabIndex={-1}><Decisions /></Tabs.Content>
    </Tabs.Root>
  )
}

function DrawerChecks() {
  const { actions } = useApp()
  const checks = useAppState((state) => state.checks)
  const comparison = useAppState((state) => state.comparison.value)
  const compared = useAppState((state) => state.before.value !== null)
  if (checks.state === 'failed') return <FailureNote failure={checks.failure} onRetry={() => void actions.analyse()} />
  if (checks.value === null) return <Working text="Checking…" />
  const introduced = compared ? (comparison?.checks.introduced ?? []) : []
  const resolved = compared ? (comparison?.checks.resolved ?? []) : []
  const known = new Set(introduced.map((each) => each.fingerprint))
  const rest = checks.value.filter((each) => !known.has(each.fingerprint))
  return (
    <div className="drawer-checks">
      {introduced.length > 0 && <section aria-label="Introduced"><h3 className="tone-changed">+ Introduced by the candidate <span className="count">{introduced.length}</span></h3><DiagnosticList diagnostics={introduced} side="after" /></section>}
      {resolved.length > 0 && <section aria-label="Resolved"><h3 className="tone-ok">● Resolved by the candidate <span className="count">{resolved.length}</span></h3><DiagnosticList diagnostics={resolved} side="before" /></section>}
      {rest.length > 0 && <section aria-label="In both"><h3>{compared ? 'On both sides' : 'Findings'} <span className="count">{rest.length}</span></h3><DiagnosticList diagnostics={rest} side="after" /></section>}
      {checks.value.length + resolved.length === 0 && <Empty>No findings. Steelyard looked for the problems it knows; it does not prove that there are none.</Empty>}
    </div>
  )
}

function Decisions() {
  const { actions } = useApp()
  const compared = useAppState((state) => state.before.value !== null)
  const [wanted, setSide] = useState<Side>('after')
  const side: Side = compared ? wanted : 'after'
  const list = useAppState((state) => state.decisions[side])
  const ids = useAppState((state) => state.selection.ids)
  useEffect(() => {
    if (list.state === 'idle') void actions.ensureDecisions(side)
  }, [actions, side, list])
  return (
    <div className="decisions">
      {compared && (
        <div className="decision-tools">
          <Segmented label="Side" value={side} onChange={setSide} options={[{ value: 'before', title: 'Baseline' }, { value: 'after', title: 'Candidate' }]} />
          <span className="muted">Every rule, in the order it is looked at.</span>
        </div>
      )}
      {list.state === 'failed' && <FailureNote failure={list.failure} onRetry={() => void actions.ensureDecisions(side)} />}
      {list.value === null && list.state !== 'failed' && <Working text="Listing the rules…" />}
      {list.value !== null && (
        <DataTable
          label={side === 'before' ? 'Decision list of the baseline' : 'Decision list of the candidate'} table={list.value.table}
          selected={(row) => row.highlights.length > 0 && row.highlights.some((id) => ids.includes(id))} onSelect={(row) => actions.selectIds(row.highlights)}
        />
      )}
    </div>
  )
}
