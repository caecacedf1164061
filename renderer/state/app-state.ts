import type { Failure } from '#shared/diagnostics/failure.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type {
  AppInfo, AppSettings, BehaviourAnswer, Comparison, ConfigInput, ConfigSummary, DecisionList, ProofReport, RecentEntry, Snapshot, SourceSummary, TopologyAnswer, TopologyOptions, TraceAnswer, TrafficWeights,
} from '#shared/rpc/payloads.ts'
import { usualRecordingLimits } from '#shared/rpc/recording-limits.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Span } from '#shared/text/span.ts'
import type { LiveAlert } from '#shared/view/live-sample.ts'
import { initialLive, type LiveState } from '#renderer/features/live/live-state.ts'
import { emptyTraceForm, type TraceForm } from '#renderer/features/trace/request-form.ts'
import { idle, type Remote } from './remote.ts'

export const workspaces = ['review', 'live', 'trace', 'checks', 'history', 'settings'] as const
export type Workspace = (typeof workspaces)[number]
export type Side = 'before' | 'after'
export type PictureMode = 'overlay' | 'before' | 'after' | 'side-by-side'
export const drawerTabs = ['text', 'english', 'checks', 'decisions'] as const
export type DrawerTab = (typeof drawerTabs)[number]

/**
 * One selection for all views. `ids` are topology ids; spans are per side and marked in the text; `reveal` counts requests
 * to scroll to the lines. `related`: every card that speaks of what was chosen; `sentenceId` is the first of them.
 */
export interface Selection {
  readonly ids: readonly string[]
  readonly sentenceId: string | null
  readonly related: readonly string[]
  readonly before: readonly Span[]
  readonly after: readonly Span[]
  /** File of the drawer and place in it, if the lines are to be brought into view. */
  readonly reveal: { readonly side: Side; readonly span: Span; readonly serial: number } | null
}

export const nothingSelected: Selection = { ids: [], sentenceId: null, related: [], before: [], after: [], reveal: null }

export type Dialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'open'; readonly side: Side }
  | { readonly kind: 'git'; readonly side: Side }
  | { readonly kind: 'approve'; readonly snapshotId: string | null }
  | { readonly kind: 'export' }
  | { readonly kind: 'palette' }
  | { readonly kind: 'keys' }
  | { readonly kind: 'restore'; readonly snapshotId: string; readonly source: string }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'note' }
  | { readonly kind: 'waive'; readonly alert: LiveAlert }
  | { readonly kind: 'choose'; readonly title: string; readonly choices: readonly { readonly title: string; readonly detail: string; readonly open: () => void }[] }

export interface Notice {
  readonly id: number
  readonly text: string
  readonly tone: 'info' | 'ok' | 'problem'
  /** A command of the palette offered beside it. */
  readonly action: { readonly title: string; readonly command: string } | null
}

/** A config of one side as it was asked for, and what loading found. */
export interface LoadedConfig {
  readonly input: ConfigInput
  readonly summary: ConfigSummary
}

export interface FileText {
  readonly configId: string
  readonly path: string
  readonly text: string
}

/** What `behaviour.compare` said about one pair of configs, named by their ids. `sources` outlives a change on disk. */
export interface PairBehaviour {
  readonly before: string
  readonly after: string
  readonly sources: string
  readonly answer: BehaviourAnswer
}

/** Replays on the real balancer: of every class at once, and of single ones. They belong to one pair of configs. */
export interface Proofs {
  readonly all: Remote<ProofReport>
  readonly byClass: ReadonlyMap<string, Remote<ProofReport>>
}

/** An access log and the share of each class in it. */
export interface Weighing {
  readonly title: string
  readonly base64: string
  readonly result: Remote<TrafficWeights>
}

export interface AppState {
  readonly workspace: Workspace
  readonly info: AppInfo | null
  readonly settings: AppSettings
  readonly systemDark: boolean
  readonly systemReducedMotion: boolean
  readonly connected: boolean

  readonly before: Remote<LoadedConfig>
  readonly after: Remote<LoadedConfig>
  /** What could not be opened while something else stays on the screen. */
  readonly loadProblem: { readonly side: Side; readonly input: ConfigInput | null; readonly failure: Failure } | null
  readonly comparison: Remote<Comparison>
  readonly behaviour: Remote<PairBehaviour>
  readonly proofs: Proofs
  readonly weighing: Weighing | null
  readonly topology: Remote<TopologyAnswer>
  readonly topologyOptions: TopologyOptions
  /** Words typed into the find box of the picture. */
  readonly find: string
  /** Whether the picture leaves boxes out while nothing is searched: then a search asks the engine, not just the picture. */
  readonly picturePartial: boolean
  /** Whether a picture has been on the screen since the window opened. */
  readonly pictureDrawn: boolean
  readonly checks: Remote<readonly Diagnostic[]>
  readonly decisions: { readonly before: Remote<DecisionList>; readonly after: Remote<DecisionList> }
  readonly texts: ReadonlyMap<string, Remote<FileText>>

  readonly selection: Selection
  readonly mode: PictureMode
  readonly table: boolean
  readonly drawerTab: DrawerTab
  readonly drawerFile: number
  readonly diffLayout: 'side-by-side' | 'inline'
  readonly foldUnchanged: boolean
  readonly reviewed: ReadonlySet<string>
  readonly cursor: { readonly side: Side; readonly file: string; readonly offset: number } | null

  /** `exact`: a request that was handed over whole, with what the form cannot say; null once the form is edited. */
  readonly trace: { readonly form: TraceForm; readonly exact: RequestInput | null; readonly result: Remote<readonly TraceAnswer[]> }
  readonly live: LiveState
  readonly history: {
    readonly sources: Remote<readonly SourceSummary[]>
    readonly source: string | null
    readonly snapshots: Remote<readonly Snapshot[]>
    readonly picked: readonly string[]
  }
  readonly recent: readonly RecentEntry[]

  readonly dialog: Dialog
  readonly notices: readonly Notice[]
  readonly progress: string | null
  /** The picture that goes to paper, as SVG text, while it is being printed. */
  readonly printPicture: string | null
}

export const defaultTopologyOptions: TopologyOptions = { grouping: 'auto', expanded: [], onlyChanged: false, query: '', limit: 1000 }

export const defaultSettings: AppSettings = {
  theme: 'system', density: 'comfortable', motion: 'system', author: '', root: null, environment: {}, hintDismissed: false, keepSnapshots: 200,
  liveSources: [], liveIntervalMs: 1000, liveNotify: false, liveAlerts: '', liveRecordingLimits: usualRecordingLimits,
}

export const noProofs: Proofs = { all: idle, byClass: new Map() }

export const initialState: AppState = {
  workspace: 'review', info: null, settings: defaultSettings, systemDark: true, systemReducedMotion: false, connected: true,
  before: idle, after: idle, loadProblem: null, comparison: idle, behaviour: idle, proofs: noProofs, weighing: null, topology: idle, topologyOptions: defaultTopologyOptions, find: '', picturePartial: false, pictureDrawn: false, checks: idle,
  decisions: { before: idle, after: idle }, texts: new Map(),
  selection: nothingSelected, mode: 'overlay', table: false, drawerTab: 'text', drawerFile: 0, diffLayout: 'side-by-side', foldUnchanged: true,
  reviewed: new Set(), cursor: null,
  trace: { form: emptyTraceForm, exact: null, result: idle },
  live: initialLive,
  history: { sources: idle, source: null, snapshots: idle, picked: [] }, recent: [],
  dialog: { kind: 'none' }, notices: [], progress: null, printPicture: null,
}

export function themeOf(state: Pick<AppState, 'settings' | 'systemDark'>): 'dark' | 'light' {
  if (state.settings.theme !== 'system') return state.settings.theme
  return state.systemDark ? 'dark' : 'light'
}

export function motionOf(state: Pick<AppState, 'settings' | 'systemReducedMotion'>): 'full' | 'reduced' {
  if (state.settings.motion !== 'system') return state.settings.motion
  return state.systemReducedMotion ? 'reduced' : 'full'
}

export const textKey = (configId: string, path: string): string => `${configId}\n${path}`
