import { Tabs } from 'radix-ui'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { DataTable } from '#renderer/ui/DataTable.tsx'
import { Empty, Working } from '#renderer/ui/primitives.tsx'
import type { Table } from '#shared/presentation/presentation.ts'
import { Distribution } from './Distribution.tsx'
import { liveTabs, type LiveTab } from './live-state.ts'
import { clockWords, worstPool } from './live-words.ts'
import { toServerTable } from './server-table.ts'
import { Transport } from './Transport.tsx'

const Timeline = lazy(async () => ({ default: (await import('./Timeline.tsx')).Timeline }))

const titles: Readonly<Record<LiveTab, string>> = { timeline: 'Timeline', distribution: 'Distribution', servers: 'Servers', raw: 'Raw stats' }

export function LiveDrawer() {
  const { actions } = useApp()
  const tab = useAppState((state) => state.live.tab)
  return (
    <Tabs.Root className="drawer live-drawer" id="live-drawer" tabIndex={-1} value={tab} onValueChange={(value) => actions.changeLive({ tab: value as LiveTab })} activationMode="automatic">
      <div className="tabs">
        <Tabs.List aria-label="Drawer">
          {liveTabs.map((each) => <Tabs.Trigger key={each} value={each} className="tab">{titles[each]}</Tabs.Trigger>)}
        </Tabs.List>
        <span className="spring" />
        <Transport />
      </div>
      <Tabs.Content value="timeline" className="tab-body" tabIndex={-1}><Suspense fallback={<Working text="Opening…" />}><Timeline /></Suspense></Tabs.Content>
      <Tabs.Content value="distribution" className="tab-body scroll" tabIndex={0}><PoolTab /></Tabs.Content>
      <Tabs.Content value="servers" className="tab-body" tabIndex={-1}><ServersTab /></Tabs.Content>
      <Tabs.Content value="raw" className="tab-body" tabIndex={-1}><RawTab /></Tabs.Content>
    </Tabs.Root>
  )
}

function PoolTab() {
  const { actions } = useApp()
  const sample = useAppState((state) => state.live.shown)
  const wanted = useAppState((state) => state.live.pool)
  if (sample === null || sample.pools.length === 0) return <Empty>This source says nothing about pools.</Empty>
  const name = wanted ?? worstPool(sample)
  const pool = sample.pools.find((one) => one.name === name)
  return (
    <div className="live-pool-tab">
      <label className="file-choice">
        <span>Pool</span>
        <select className="input mono" value={name ?? ''} onChange={(event) => actions.changeLive({ pool: event.target.value })}>
          {sample.pools.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
        </select>
        {pool !== undefined && <span>{pool.algorithm ?? 'algorithm not known'}{pool.onBackups ? ' · on backups' : ''}{pool.running ? '' : ' · not running'}</span>}
      </label>
      {pool !== undefined && <Distribution pool={pool} />}
    </div>
  )
}

function ServersTab() {
  const { actions } = useApp()
  const sample = useAppState((state) => state.live.shown)
  const ids = useAppState((state) => state.live.ids)
  const table = useMemo(() => (sample === null ? null : toServerTable(sample)), [sample])
  if (table === null || table.rows.length === 0) return <Empty>This source says nothing about servers.</Empty>
  return <DataTable label="All servers" table={table} selected={(row) => row.highlights.some((id) => ids.includes(id))} onSelect={(row) => actions.selectLiveIds(row.highlights)} />
}

/** Counters as they were read; always those of the newest poll. */
function RawTab() {
  const { client } = useApp()
  const sessionId = useAppState((state) => state.live.session?.sessionId ?? null)
  const newestMs = useAppState((state) => state.live.newest?.dataMs ?? null)
  const [raw, setRaw] = useState<{ readonly atMs: number; readonly table: Table } | null>(null)
  useEffect(() => {
    let isOver = false
    if (sessionId !== null) void client.call('live.raw', { sessionId }).then((answer) => { if (!isOver && answer.ok) setRaw(answer.value) })
    return () => { isOver = true }
  }, [client, sessionId, newestMs])
  if (raw === null) return <Empty>No poll was read yet.</Empty>
  return (
    <div className="live-raw">
      <p className="muted">Counters of the poll at {clockWords(raw.atMs)}, as the balancer gave them. An empty cell is something that it does not say.</p>
      <DataTable label="Raw statistics" table={raw.table} selected={() => false} onSelect={() => undefined} />
    </div>
  )
}
