import type { ActionTools } from '#renderer/app/actions.ts'
import type { BehaviourActions } from '#renderer/features/behaviour/behaviour-actions.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { failed } from '#shared/diagnostics/failure.ts'
import type { TopologyOptions } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import { nothingSelected, textKey, type AppState, type DrawerTab, type PictureMode, type Selection, type Side } from '#renderer/state/app-state.ts'
import { idle, loading, settled, wasStopped, type Remote } from '#renderer/state/remote.ts'
import { toDrawerFiles } from './editor-marks.ts'
import { findingsOf, type Finding } from './findings.ts'
import { effectiveTopologyOptions } from './picture-options.ts'
import { drawerFileOf } from './places.ts'
import { pairKey } from './reviewed-store.ts'
import { isLongText } from './long-text.ts'
import { elementsAt, neighbourFinding, selectDiagnostic, selectElements, selectFinding, selectPlace } from './selection.ts'

export interface ReviewActions {
  /** Asks for everything that follows from the two configs: comparison, picture, behaviour, checks. */
  analyse(): Promise<void>
  refreshTopology(): Promise<void>
  setTopologyOptions(change: Partial<TopologyOptions>): void
  /** The picture is on the screen; the editor, which is heavy, may start. */
  pictureDrawn(): void
  setMode(mode: PictureMode): void
  setTable(open: boolean): void
  showDrawerTab(tab: DrawerTab): void
  showDrawerFile(index: number): void
  ensureText(configId: string, path: string): Promise<void>
  ensureDecisions(side: Side): Promise<void>
  select(selection: Selection): void
  clearSelection(): void
  selectIds(ids: readonly string[]): void
  /** Selects and brings the lines into view. */
  openElement(id: string): void
  chooseFinding(finding: Finding): void
  /** The same by its id; an unknown one changes nothing. */
  chooseFindingById(id: string): void
  stepFinding(step: 1 | -1): void
  /** Goes to the lines of the chosen card once more. */
  openFinding(): void
  toggleReviewed(id: string): void
  moveCursor(side: Side, file: string, offset: number): void
  goToDiagnostic(diagnostic: Diagnostic, side: Side): void
  /** Shows a line in the text, with the boxes that own it. */
  goToLine(side: Side, at: Span): void
  expandGroup(id: string): void
  /** Words to find in the picture; asks the engine where the picture leaves boxes out. */
  setFind(words: string): void
  /** Lets more boxes into the picture. */
  showMore(): void
}

const mostBoxes = 20_000
const findDelayMs = 250
const drawnAtLatestMs = 3000
const textAskedMs = 120

/** Nothing is known about the two configs yet. */
export const notCompared: Pick<AppState, 'comparison' | 'topology' | 'checks' | 'decisions'> = {
  comparison: idle, topology: idle, checks: idle, decisions: { before: idle, after: idle },
}

export function createReviewActions({ store, client }: ActionTools, behaviour: BehaviourActions): ReviewActions {
  let comparisonRun = 0
  let topologyRun = 0
  let checksRun = 0
  let serial = 0
  let lastTopology = ''
  /** Picture and comparison of the present pair; texts are fetched after them. */
  let beforeTexts: Promise<unknown> = Promise.resolve()
  const fetching = new Set<Promise<unknown>>()
  let findTimer: ReturnType<typeof setTimeout> | undefined

  const findings = (): readonly Finding[] => findingsOf(store.get())
  const select = (selection: Selection): void => {
    store.update({ selection, ...(selection.reveal === null ? {} : { drawerFile: drawerFileOf(store.get(), selection.reveal.side, selection.reveal.span.file) }) })
  }

  const actions: ReviewActions = {
    async analyse() {
      const { before, after } = store.get()
      if (after.value === null) {
        store.update(notCompared)
        return
      }
      void recallTicks()
      const afterId = after.value.summary.configId
      const beforeId = before.value?.summary.configId ?? null
      const keptTexts = new Map([...store.get().texts].filter(([key]) => key.startsWith(`${afterId}\n`) || (beforeId !== null && key.startsWith(`${beforeId}\n`))))
      store.update({ texts: keptTexts, decisions: { before: idle, after: idle } })
      lastTopology = ''
      // The engine does one thing at a time: what is looked at first is asked first, and texts wait for the comparison.
      const compareTraffic = behaviour.queueBehaviour()
      const compared = actions.refreshTopology().then(() => wasStopped(store.get().topology) ? undefined : compare(beforeId, afterId))
      beforeTexts = compared
      await compared
      if (store.get().after.value?.summary.configId === afterId && (wasStopped(store.get().topology) || wasStopped(store.get().comparison))) return stopHere()
      if (store.get().drawerTab === 'text') fetchShownText()
      await textAsked()
      await Promise.all([...fetching])
      await Promise.all([compareTraffic(), check(afterId)])
    },

    async refreshTopology() {
      const state = store.get()
      const after = state.after.value
      if (after === null) return
      const params = { before: state.before.value?.summary.configId ?? null, after: after.summary.configId, options: effectiveTopologyOptions(state) }
      const key = JSON.stringify(params)
      if (key === lastTopology && state.topology.state !== 'failed') return
      lastTopology = key
      const run = ++topologyRun
      store.update({ topology: loading(state.topology) })
      const result = await client.call('topology.view', params)
      if (run !== topologyRun) return
      store.update((now) => ({ topology: settled(result, now.topology) }))
      // Whatever keeps a picture from being drawn (a table in its place, no answer) does not keep the text.
      setTimeout(actions.pictureDrawn, result.ok && result.value.view.nodes.length > 0 && !store.get().table ? drawnAtLatestMs : 0)
      if (!result.ok || params.options.query !== '') return
      const { totals } = result.value
      store.update({ picturePartial: totals.hiddenByFilter + totals.hiddenByLimit + totals.folded > 0 })
      // Nothing changed in the picture: an empty one would say less than the whole.
      if (params.options.onlyChanged && totals.changed === 0 && store.get().topologyOptions.onlyChanged) actions.setTopologyOptions({ onlyChanged: false })
    },

    setTopologyOptions(change) {
      store.update((state) => ({ topologyOptions: { ...state.topologyOptions, ...change } }))
      void actions.refreshTopology()
    },
    pictureDrawn: () => store.update({ pictureDrawn: true }),
    setMode: (mode) => store.update({ mode }),
    setTable: (table) => store.update({ table }),
    showDrawerTab: (drawerTab) => store.update({ drawerTab }),
    showDrawerFile: (drawerFile) => store.update({ drawerFile }),

    async ensureText(configId, path) {
      const key = textKey(configId, path)
      const known = store.get().texts.get(key)
      if (known !== undefined && known.state !== 'failed') return
      const put = (text: Remote<{ configId: string; path: string; text: string }>): void => store.update((state) => ({ texts: new Map(state.texts).set(key, text) }))
      put({ state: 'loading', value: null })
      const answer = beforeTexts.then(() => client.call('config.text', { configId, path }))
      fetching.add(answer)
      const result = await answer
      fetching.delete(answer)
      put(result.ok ? { state: 'ready', value: { configId, path, text: result.value.text } } : { state: 'failed', value: null, failure: result.failure })
    },

    async ensureDecisions(side) {
      const config = store.get()[side].value
      if (config === null || store.get().decisions[side].state === 'loading' || store.get().decisions[side].state === 'ready') return
      const configId = config.summary.configId
      store.update((state) => ({ decisions: { ...state.decisions, [side]: loading(state.decisions[side]) } }))
      const result = await client.call('config.decisions', { configId })
      if (store.get()[side].value?.summary.configId === configId) {
        store.update((state) => ({ decisions: { ...state.decisions, [side]: settled(result, state.decisions[side]) } }))
      }
    },

    select,
    clearSelection: () => store.update({ selection: nothingSelected }),
    selectIds(ids) {
      const view = store.get().topology.value?.view
      if (ids.length === 0 || view === undefined) store.update({ selection: nothingSelected })
      else select(selectElements(view, findings(), ids, ++serial))
    },
    openElement(id) {
      actions.selectIds([id])
      store.update({ workspace: 'review', drawerTab: 'text' })
    },
    chooseFinding(finding) {
      select(selectFinding(store.get().topology.value?.view ?? null, finding, ++serial))
    },
    chooseFindingById(id) {
      const finding = findings().find((each) => each.id === id)
      if (finding !== undefined) actions.chooseFinding(finding)
    },
    stepFinding(step) {
      const next = neighbourFinding(findings(), store.get().selection.sentenceId, step)
      if (next !== null) actions.chooseFinding(next)
    },
    openFinding() {
      const chosen = findings().find((each) => each.id === store.get().selection.sentenceId)
      if (chosen === undefined) return
      actions.chooseFinding(chosen)
      actions.showDrawerTab('text')
    },
    toggleReviewed(id) {
      store.update((state) => {
        const reviewed = new Set(state.reviewed)
        if (!reviewed.delete(id)) reviewed.add(id)
        return { reviewed }
      })
      keepTicks()
    },
    moveCursor(side, file, offset) {
      // An editor that still holds the config before tells of its cursor once more when it is emptied.
      if (store.get()[side].value?.summary.files.some((one) => one.path === file) !== true) return
      const view = store.get().topology.value?.view
      store.update({ cursor: { side, file, offset }, ...(view === undefined ? {} : { selection: selectPlace(view, findings(), side, file, offset) }) })
    },
    goToDiagnostic(diagnostic, side) {
      select(selectDiagnostic(store.get().topology.value?.view ?? null, diagnostic, side, ++serial))
      store.update({ workspace: 'review', drawerTab: 'text' })
    },
    goToLine(side, at) {
      const view = store.get().topology.value?.view ?? null
      select({
        ids: view === null ? [] : elementsAt(view, side, at.file, at.start), sentenceId: null, related: [],
        before: side === 'before' ? [at] : [], after: side === 'after' ? [at] : [], reveal: { side, span: at, serial: ++serial },
      })
      store.update({ workspace: 'review', drawerTab: 'text' })
    },
    setFind(words) {
      store.update({ find: words })
      clearTimeout(findTimer)
      if (store.get().picturePartial) findTimer = setTimeout(() => void actions.refreshTopology(), findDelayMs)
    },
    showMore: () => actions.setTopologyOptions({ limit: Math.min(mostBoxes, store.get().topologyOptions.limit * 4) }),
    expandGroup(id) {
      store.update((state) => {
        const { expanded } = state.topologyOptions
        return { topologyOptions: { ...state.topologyOptions, expanded: expanded.includes(id) ? expanded.filter((each) => each !== id) : [...expanded, id] } }
      })
      void actions.refreshTopology()
    },
  }

  /** A pair that was looked at before begins with the ticks it had; a file that changed on disk keeps those that stand there. */
  async function recallTicks(): Promise<void> {
    const pair = pairKey(store.get())
    if (pair === null) return
    if (store.get().reviewed.size > 0) {
      keepTicks()
      return
    }
    const kept = await client.call('app.ticks', { pair })
    // Ticks set meanwhile, or another pair: what was kept does not count any more. Without an answer all starts unticked.
    if (kept.ok && store.get().reviewed.size === 0 && pairKey(store.get()) === pair) store.update({ reviewed: new Set(kept.value) })
  }

  function keepTicks(): void {
    const pair = pairKey(store.get())
    // Where they cannot be kept, ticks still hold while the window is open.
    if (pair !== null) void client.call('app.saveTicks', { pair, ids: [...store.get().reviewed] })
  }

  /** Resolves once the drawer, which waits for the first picture, has asked for its lines: they are read before findings are. */
  function textAsked(): Promise<void> {
    return new Promise((resolve) => {
      const wait = (): void => void setTimeout(resolve, textAskedMs)
      if (store.get().pictureDrawn) return wait()
      const stop = store.subscribe(() => {
        if (!store.get().pictureDrawn) return
        stop()
        wait()
      })
    })
  }

  /** The text that the drawer is about to show, on its way while the editor still starts. */
  function fetchShownText(): void {
    const { before, after, comparison, drawerFile } = store.get()
    const files = toDrawerFiles(before.value === null ? [] : (comparison.value?.files ?? []), after.value?.summary.files ?? [])
    const file = files[drawerFile] ?? files[0]
    for (const [config, path] of [[before.value, file?.before ?? null], [after.value, file?.after ?? null]] as const) {
      if (config !== null && path !== null && !isLongText(config.summary, path)) void actions.ensureText(config.summary.configId, path)
    }
  }

  /** Somebody stopped what ran: what would have followed is not asked, and says so. */
  function stopHere(): void {
    const stopped = failed('cancelled', 'This was stopped.')
    store.update(({ comparison, checks }) => ({ comparison: settled(stopped, comparison), checks: settled(stopped, checks) }))
    behaviour.stopBehaviour()
  }

  async function compare(beforeId: string | null, afterId: string): Promise<void> {
    const run = ++comparisonRun
    store.update((state) => ({ comparison: loading(state.comparison) }))
    const result = await client.call('compare.run', { before: beforeId, after: afterId })
    if (run !== comparisonRun) return
    store.update((state) => ({ comparison: settled(result, state.comparison) }))
  }

  async function check(afterId: string): Promise<void> {
    const run = ++checksRun
    store.update((state) => ({ checks: loading(state.checks) }))
    const result = await client.call('config.checks', { configId: afterId })
    if (run === checksRun) store.update((state) => ({ checks: settled(result, state.checks) }))
  }

  return actions
}
