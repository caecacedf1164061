import { array, boolean, integer, json, literal, nullable, number, object, optional, record, string, union, within } from '#shared/schema/schema.ts'
import { method } from './method.ts'
import { limitBounds } from './recording-limits.ts'
import type { LiveSessionInfo, TimelineMark } from './live-payloads.ts'
import type {
  AppInfo, AppSettings, BehaviourAnswer, Comparison, ConfigSummary, DecisionList, Picture, PictureMarks, ProofReport, RecentEntry, RestorePlan, Snapshot, SourceSummary, TopologyAnswer, TraceAnswer, TrafficWeights,
} from './payloads.ts'
import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Table } from '#shared/presentation/presentation.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import type { SeriesAnswer } from '#shared/view/live-series.ts'

const configInput = union(
  object({ kind: literal('path'), path: string }),
  object({ kind: literal('git'), ref: string, path: string }),
  object({ kind: literal('known-good'), source: string }),
  object({ kind: literal('snapshot'), snapshotId: string }),
  object({ kind: literal('files'), title: string, files: array(object({ path: string, base64: string })) }),
  object({ kind: literal('sample'), side: literal('before', 'after'), product: optional(literal('haproxy', 'nginx')) }),
)
const loadOptions = object({ dialect: nullable(string), root: nullable(string), environment: record(string), version: nullable(string) })
const topologyOptions = object({
  grouping: literal('auto', 'grouped', 'open'), expanded: array(string), onlyChanged: boolean, query: string, limit: integer,
})
const pictureOptions = object({ format: literal('svg', 'png', 'pdf'), theme: literal('light', 'dark', 'print'), scale: number, title: string })
const pair = { before: nullable(string), after: string }
const requestInput = object({
  listener: nullable(string), scheme: literal('http', 'https'), method: string, host: nullable(string), path: string,
  httpVersion: literal('1.0', '1.1', '2'), headers: array(array(string)), sourceIp: string, sourcePort: integer,
  destinationIp: nullable(string), sni: nullable(string), alpn: array(string),
})
const recordingLimits = object({ megabytes: within(limitBounds.megabytes.least, limitBounds.megabytes.most), hours: within(limitBounds.hours.least, limitBounds.hours.most) })
const settings = object({
  theme: literal('system', 'dark', 'light'), density: literal('comfortable', 'compact'), motion: literal('system', 'full', 'reduced'),
  author: string, root: nullable(string), environment: record(string), hintDismissed: boolean, keepSnapshots: integer,
  liveSources: array(object({ address: string, config: nullable(string) })), liveIntervalMs: integer, liveNotify: boolean, liveAlerts: string, liveRecordingLimits: recordingLimits,
})

/** Every call between a screen and the engine. `before` and `after` are config ids from `config.load`. */
export const contract = {
  'app.info': method({ params: object({}), result: json<AppInfo>() }),
  'app.settings': method({ params: object({}), result: json<AppSettings>() }),
  'app.saveSettings': method({ params: settings, result: json<AppSettings>() }),
  'app.recent': method({ params: object({}), result: json<readonly RecentEntry[]>() }),
  /** Findings that were ticked as reviewed, by what `pair` names: the contents of both configs. */
  'app.ticks': method({ params: object({ pair: string }), result: json<readonly string[]>() }),
  'app.saveTicks': method({ params: object({ pair: string, ids: array(string) }), result: json<null>() }),
  'app.remember': method({ params: object({ title: string, before: nullable(configInput), after: configInput }), result: json<null>() }),

  'config.load': method({ params: object({ input: configInput, options: loadOptions }), result: json<ConfigSummary>() }),
  /** Text of one loaded file, as decoded. */
  'config.text': method({ params: object({ configId: string, path: string }), result: object({ text: string, masked: boolean }) }),
  /** Whole lines of one loaded file around an offset, `lines` of them; for texts too long for an editor. Offsets as in `config.text`. */
  'config.textPart': method({
    params: object({ configId: string, path: string, around: union(object({ offset: integer }), object({ line: integer })), lines: integer }),
    result: object({ text: string, startOffset: integer, startLine: integer, totalLines: integer, masked: boolean }),
  }),
  'config.checks': method({ params: object({ configId: string }), result: json<readonly Diagnostic[]>() }),
  'config.decisions': method({ params: object({ configId: string }), result: json<DecisionList>() }),
  'config.watch': method({ params: object({ configId: string, watch: boolean }), result: json<null>() }),
  /** Configs found in a folder, best first. */
  'config.find': method({ params: object({ folder: string }), result: json<readonly { readonly path: string; readonly dialect: string; readonly confidence: number }[]>() }),

  'compare.run': method({ params: object(pair), result: json<Comparison>() }),
  'compare.markdown': method({ params: object(pair), result: object({ text: string }) }),
  /** Every class of requests that goes somewhere else. Takes seconds on large configs; can be cancelled. */
  'behaviour.compare': method({ params: object(pair), result: json<BehaviourAnswer>() }),
  /** Replays witnesses of the named classes on the installed balancer, on loopback only. */
  'behaviour.prove': method({ params: object({ ...pair, classIds: array(string) }), result: json<ProofReport>() }),
  /** Gives each class its share of the requests of an access log. */
  'behaviour.weigh': method({ params: object({ ...pair, log: object({ title: string, base64: string }) }), result: json<TrafficWeights>() }),
  'topology.view': method({ params: object({ ...pair, options: topologyOptions }), result: json<TopologyAnswer>() }),
  'trace.run': method({ params: object({ configIds: array(string), request: requestInput }), result: json<readonly TraceAnswer[]>() }),

  /** Begins to watch a running balancer; the first poll has to succeed. `configId`: config that is believed to run. `record`: file to be written, and where it ends by itself. `alerts`: settings of alerts as JSON, empty for the usual ones. `pastMinutes`: how much of the time before is read where the source keeps it. */
  'live.start': method({
    params: object({ source: string, configId: nullable(string), knownGoodId: nullable(string), intervalMs: integer, pastMinutes: integer, options: loadOptions, record: nullable(object({ path: string, limits: recordingLimits })), alerts: string }),
    result: json<LiveSessionInfo>(),
  }),
  /** Reads a recording whole; it is then looked at like a balancer that was watched. `alerts`: as in `live.start`, its alerts are told anew by them. */
  'live.openRecording': method({
    params: object({ input: union(object({ kind: literal('path'), path: string }), object({ kind: literal('bytes'), title: string, base64: string }), object({ kind: literal('sample') })), alerts: string }),
    result: json<LiveSessionInfo>(),
  }),
  'live.stop': method({ params: object({ sessionId: string }), result: json<null>() }),
  /** Every session that is open; asking for one keeps it open. */
  'live.sessions': method({ params: object({}), result: json<readonly LiveSessionInfo[]>() }),
  'live.session': method({ params: object({ sessionId: string }), result: json<LiveSessionInfo>() }),
  /** What held at a time; null: now. */
  'live.at': method({ params: object({ sessionId: string, atMs: nullable(number) }), result: json<LiveSample | null>() }),
  /** Values over time, at most `points` pieces; keys as in `shared/view/live-series.ts`. */
  'live.series': method({ params: object({ sessionId: string, keys: array(string), fromMs: number, toMs: number, points: integer }), result: json<SeriesAnswer>() }),
  'live.marks': method({ params: object({ sessionId: string }), result: json<readonly TimelineMark[]>() }),
  'live.note': method({ params: object({ sessionId: string, atMs: number, text: string }), result: json<null>() }),
  /** Takes over the waivers of settings of alerts (JSON, empty for none) while a balancer is watched. Thresholds stay those it began with. */
  'live.waive': method({ params: object({ sessionId: string, alerts: string }), result: json<null>() }),
  /** The picture of the config that ran at a time with what ran in it, as a file; `atMs` null: now. */
  'live.picture': method({
    params: object({
      sessionId: string, atMs: nullable(number), topology: topologyOptions, unit: literal('requests', 'connections', 'bytes'), colour: literal('errors', 'latency'), picture: pictureOptions,
    }),
    result: json<Picture>(),
  }),
  /** What the recording tells of the incident, as one file. A balancer that is not recorded has none. */
  'live.report': method({ params: object({ sessionId: string, format: literal('markdown', 'html') }), result: object({ name: string, text: string }) }),
  /** The counters of the last poll as they were read; null: there was none. */
  'live.raw': method({ params: object({ sessionId: string }), result: json<{ readonly atMs: number; readonly table: Table } | null>() }),

  'history.sources': method({ params: object({}), result: json<readonly SourceSummary[]>() }),
  'history.list': method({ params: object({ source: string }), result: json<readonly Snapshot[]>() }),
  'history.add': method({ params: object({ configId: string, note: string, author: string }), result: json<Snapshot>() }),
  'history.approve': method({ params: object({ snapshotId: string, note: string, by: string }), result: json<Snapshot>() }),
  'history.planRestore': method({ params: object({ snapshotId: string, folder: nullable(string) }), result: json<RestorePlan>() }),
  'history.restore': method({ params: object({ snapshotId: string, folder: nullable(string) }), result: json<RestorePlan>() }),

  'export.picture': method({
    params: object({
      ...pair, topology: topologyOptions,
      picture: pictureOptions,
    }),
    result: json<Picture>(),
  }),
  /** The same picture as marks, for a PNG painted in the window. */
  'export.marks': method({
    params: object({ ...pair, topology: topologyOptions, picture: object({ theme: literal('light', 'dark', 'print'), title: string }) }),
    result: json<PictureMarks>(),
  }),

  /** Native dialogs; a host without them answers `unsupported`. */
  'host.chooseFiles': method({ params: object({ title: string, folders: boolean, many: boolean }), result: json<readonly string[]>() }),
  /** A password from the store of the system, and keeping or (null) forgetting one; a host without a store answers `unsupported`. */
  'host.secret': method({ params: object({ key: string }), result: object({ value: nullable(string) }) }),
  'host.keepSecret': method({ params: object({ key: string, value: nullable(string) }), result: json<null>() }),
  'host.saveFile': method({ params: object({ name: string, base64: string, reveal: optional(boolean) }), result: object({ path: nullable(string) }) }),
} as const

export type SteelyardContract = typeof contract
