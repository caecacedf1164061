import { ArrowRight, ChevronDown, Download } from 'lucide-react'
import { useTraffic } from '#renderer/features/behaviour/use-traffic.ts'
import type { VerdictChip } from '#renderer/features/review/findings.ts'
import { findingsOf, toVerdict } from '#renderer/features/review/findings.ts'
import { toSideTitle } from '#renderer/features/open/side-title.ts'
import { toRecentGroups } from '#renderer/features/open/side-menu.ts'
import type { LoadedConfig, Side } from '#renderer/state/app-state.ts'
import type { Remote } from '#renderer/state/remote.ts'
import { Button, Menu, ToneGlyph, type MenuEntry } from '#renderer/ui/primitives.tsx'
import { useApp, useAppState } from './context.ts'

export function TopBar() {
  const { actions, run } = useApp()
  const after = useAppState((state) => state.after)
  const before = useAppState((state) => state.before)
  const comparison = useAppState((state) => state.comparison.value)
  const summary = after.value?.summary
  const traffic = useTraffic()
  const chips = comparison === null || before.value === null ? [] : toVerdict(comparison, traffic)
  return (
    <header className="top">
      <div className="logo">
        <Logo />
        <span>Steelyard</span>
      </div>
      {summary !== undefined && (
        <span className="chip source wide-only" title={summary.source}>
          {toSideTitle(summary)} · <b>{summary.product}</b>
        </span>
      )}
      <SideChip side="before" config={before} />
      <ArrowRight size={14} className="muted arrow" aria-hidden="true" />
      <SideChip side="after" config={after} />
      <div className="verdict" role="group" aria-label="Verdict">
        {chips.map((chip) => (
          <VerdictButton key={chip.id} chip={chip} />
        ))}
      </div>
      <span className="spring" />
      <Button icon={<Download size={14} aria-hidden="true" />} disabled={summary === undefined} onClick={() => run('export')}>
        Export…
      </Button>
      <Button look="primary" disabled={summary === undefined} onClick={() => actions.openDialog({ kind: 'approve', snapshotId: null })}>
        Approve as known good…
      </Button>
    </header>
  )
}

/** A chip that leads to what it counts; the one about traffic to its gravest class. */
function VerdictButton({ chip }: { readonly chip: VerdictChip }) {
  const { actions, store } = useApp()
  const tab = { changes: 'english', introduced: 'checks', resolved: 'checks', lines: 'text', gaps: 'english', traffic: 'text' } as const
  const go = (): void => {
    actions.goTo('review')
    actions.showDrawerTab(tab[chip.id])
    const first = chip.id === 'traffic' ? findingsOf(store.get()).find((finding) => finding.kind === 'class') : undefined
    if (first !== undefined) actions.chooseFinding(first)
  }
  return (
    <button type="button" className={`chip tone-${chip.tone}`} title={chip.hint} data-chip={chip.id} onClick={go}>
      <ToneGlyph tone={chip.tone} />
      {chip.text}
    </button>
  )
}

function SideChip({ side, config }: { readonly side: Side; readonly config: Remote<LoadedConfig> }) {
  const { actions, run, client, store } = useApp()
  const other = useAppState((state) => state[side === 'before' ? 'after' : 'before'].value)
  const recent = useAppState((state) => state.recent)
  const snapshots = useAppState((state) => state.history.snapshots.value)
  const source = config.value?.summary.source ?? other?.summary.source ?? null
  const word = side === 'before' ? 'Baseline' : 'Candidate'

  const fetchSnapshots = (): void => {
    if (source === null) return
    void client.call('history.list', { source }).then((result) => {
      if (result.ok) store.update((state) => ({ history: { ...state.history, source, snapshots: { state: 'ready', value: result.value } } }))
    })
  }
  const entry = (key: string, title: string, onSelect: () => void, more: Partial<MenuEntry> = {}): MenuEntry => ({ key, title, onSelect, ...more })
  const ofSource = (snapshots ?? []).filter((snapshot) => snapshot.source === source)
  const groups = [
    {
      entries: [
        entry('open', 'Open…', () => actions.openDialog({ kind: 'open', side }), { keys: side === 'after' ? 'Ctrl O' : 'Ctrl ⇧ O' }),
        entry('git', 'From git…', () => actions.openDialog({ kind: 'git', side })),
        entry('known-good', 'Known good version', () => source !== null && void actions.openOn(side, { kind: 'known-good', source }), { disabled: source === null, checked: config.value?.input.kind === 'known-good' }),
      ],
    },
    {
      title: 'Snapshots',
      entries: ofSource.slice(0, 8).map((snapshot) =>
        entry(snapshot.snapshotId, snapshot.note === '' ? 'Snapshot' : snapshot.note, () => void actions.openOn(side, { kind: 'snapshot', snapshotId: snapshot.snapshotId }), {
          detail: `${snapshot.takenAt.slice(0, 16).replace('T', ' ')}${snapshot.isKnownGood ? ' · known good' : ''}`,
        }),
      ),
    },
    { title: 'Recent', entries: toRecentGroups(recent).map((each) => entry(each.key, each.title, () => void actions.openPair(each.entry.before, each.entry.after), { detail: each.detail })) },
    {
      entries: [
        entry('swap', 'Swap sides', () => run('swap-sides'), { keys: 'S', disabled: config.value === null || other === null }),
        entry('sample', 'Sample incident', () => run('open-sample')),
        entry('sample-nginx', 'Sample incident on nginx', () => run('open-sample-nginx')),
        ...(side === 'before' ? [entry('none', 'No baseline', () => actions.removeBaseline(), { disabled: config.value === null })] : []),
      ],
    },
  ]
  return (
    <Menu groups={groups} onOpen={fetchSnapshots}>
      <button type="button" className={`chip side-chip ${config.state}`} aria-label={`${word}: ${config.value === null ? 'none' : toSideTitle(config.value.summary)}`}>
        <span className="side-word">{word}</span> <b>{config.state === 'loading' && config.value === null ? 'reading…' : config.value === null ? 'none' : toSideTitle(config.value.summary)}</b>
        <ChevronDown size={12} aria-hidden="true" />
      </button>
    </Menu>
  )
}

export function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" aria-hidden="true">
      <path d="M2 6.5 18 4M6 6v3M3.4 13 6 9l2.6 4a2.6 2.6 0 0 1-5.2 0ZM15 4.5V9M13.4 9h3.2v3.4h-3.2zM10 5.2V2.5" />
    </svg>
  )
}
