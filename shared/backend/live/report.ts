import { countWords, shownLine } from '#shared/analyses/behaviour-diff/index.ts'
import { expectedShares } from '#shared/analyses/distribution/index.ts'
import { behaviourOf } from '#shared/backend/behaviour.ts'
import { comparePair, filePartners } from '#shared/backend/compare.ts'
import { pictureSvg } from '#shared/backend/export.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import { toPair, type Pair } from '#shared/backend/pairs.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { unknownPools, type AlertSettings } from '#shared/live/alerts/settings.ts'
import { perSecond } from '#shared/live/per-second.ts'
import { recordedTime } from '#shared/live/recording/recorded-time.ts'
import type { Span } from '#shared/text/span.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import { renderPatch } from '#shared/text/unified-patch.ts'
import { renderHtml, renderMarkdown, type Block, type ReportDocument } from './report-document.ts'
import { gatherFacts, type PoolTraffic, type ReportedAlert, type ReportFacts } from './report-facts.ts'
import type { OpenRecording } from './replay.ts'

/**
 * What a recording tells of an incident, as one file: what happened, when, which alerts with their evidence and lines,
 * where the traffic went at worst, and what differs between the last known good config and the one that ran.
 *
 * The same recording gives the same bytes; times are those of the machine that recorded. Secrets are masked. Alerts are
 * those that `alerts` would have told then, whatever was told.
 * Errors: there is no poll in it. The recording is read once and not closed.
 */
export async function incidentReport(ports: Ports, recording: OpenRecording, format: 'markdown' | 'html', alerts: AlertSettings = {}): Promise<Result<string>> {
  const facts = await gatherFacts(ports, recording, alerts)
  if (facts === null) return failed('not-found', 'The recording holds no poll.')
  const document = toDocument(ports, facts, alerts, format === 'html')
  return ok(format === 'html' ? renderHtml(document) : renderMarkdown(document))
}

const severities = ['critical', 'warning', 'info'] as const
const percent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`)

function toDocument(ports: Ports, facts: ReportFacts, alerts: AlertSettings, withPicture: boolean): ReportDocument {
  const { head } = facts
  const time = (wallMs: number): string => recordedTime(head, wallMs)
  const days = new Set([time(facts.fromMs), time(facts.toMs)].map((one) => one.slice(0, 10)))
  const clock = (wallMs: number): string => (days.size === 1 ? time(wallMs).slice(11, 19) : time(wallMs).slice(0, 19).replace('T', ' '))
  const pair = facts.running === null ? null : toPair(facts.knownGood === null || facts.knownGood.summary.hash === facts.running.summary.hash ? null : facts.knownGood, facts.running)
  // The time of a report would make two of the same recording differ.
  const fixed: Ports = { ...ports, clock: { ...ports.clock, now: () => time(facts.toMs) } }
  return {
    title: `Incident report: ${head.source}, ${time(facts.fromMs).slice(0, 10)}`, headline: headlineOf(facts, clock),
    blocks: [
      ...aboutBlocks(facts, alerts, time), ...timelineBlocks(facts, clock), ...alertBlocks(facts, clock), ...trafficBlocks(facts, clock),
      ...(pair === null || pair.before === null ? [] : changeBlocks(fixed, pair)),
      ...(pair === null || !withPicture ? [] : pictureBlocks(fixed, pair)), ...unknownBlocks(facts),
    ],
  }
}

function headlineOf(facts: ReportFacts, clock: (wallMs: number) => string): string {
  const woken = facts.alerts.filter((alert) => alert.severity !== 'info' && alert.rule !== 'reload' && alert.mutedBy === null && alert.waived === null)
  const first = severities.flatMap((severity) => woken.filter((alert) => alert.severity === severity))[0]
  if (first === undefined) return `No alert fired between ${clock(facts.fromMs)} and ${clock(facts.toMs)}.`
  return `${clock(first.fromMs)}: ${first.sentence}`
}

function aboutBlocks(facts: ReportFacts, alerts: AlertSettings, time: (wallMs: number) => string): readonly Block[] {
  const { head } = facts
  const seconds = Math.round(facts.durationMs / 1000)
  const rows = [
    ['From', time(facts.fromMs)], ['To', `${time(facts.toMs)} (${seconds} s)`], ['Source', `${head.product}${facts.version === null ? '' : ` ${facts.version}`} at ${head.source}`],
    ['Polls', `${facts.polls}, ${head.intervalMs / 1000} s apart${facts.misses === 0 ? '' : `; ${facts.misses} failed`}`],
    ...facts.configs.map((config) => [config.role === 'running' ? 'Config that runs' : 'Known good config', `${config.title} (${config.product} ${config.version}), SHA-256 ${config.hash}, from ${time(config.wallMs)}`]),
    ...(Object.keys(alerts).length === 0 ? [] : [['Alerts', `By thresholds, severities or waivers that were set.${notThere(facts, alerts)}`]]),
    ...(head.note === '' ? [] : [['Note', head.note]]), ['Recorded by', head.writer],
  ]
  return [{ kind: 'table', columns: [{ title: 'What', isNumber: false }, { title: 'Value', isNumber: false }], rows }]
}

function notThere({ running }: ReportFacts, alerts: AlertSettings): string {
  const unknown = running === null ? [] : unknownPools(alerts, running.model)
  return unknown.length === 0 ? '' : ` They speak of ${unknown.map((name) => `pool "${name}"`).join(', ')}, which the config does not have.`
}

const toneWords = { change: 'changed', critical: 'CRITICAL', warning: 'warning', info: 'info', end: 'over', gap: 'not known' } as const

function timelineBlocks(facts: ReportFacts, clock: (wallMs: number) => string): readonly Block[] {
  if (facts.timeline.length === 0) return []
  // Sorting keeps the order of what happened at once.
  const rows = [...facts.timeline].sort((a, b) => a.order - b.order).map((item) => [clock(item.wallMs), toneWords[item.tone], item.text])
  return [{ kind: 'heading', text: 'Timeline' }, { kind: 'table', columns: [{ title: 'Time', isNumber: false }, { title: 'Kind', isNumber: false }, { title: 'What', isNumber: false }], rows }]
}

function alertBlocks(facts: ReportFacts, clock: (wallMs: number) => string): readonly Block[] {
  const told = severities.flatMap((severity) => facts.alerts.filter((alert) => alert.severity === severity && alert.rule !== 'reload'))
  if (told.length === 0) return [{ kind: 'heading', text: 'Alerts' }, { kind: 'text', text: 'None fired.' }]
  return [{ kind: 'heading', text: 'Alerts' }, {
    kind: 'list', items: told.map((alert) => ({
      text: `${alert.severity}${alert.waived === null ? '' : `, waived until ${alert.waived.until} (${alert.waived.reason})`}: ${alert.sentence}`,
      details: [
        `From ${clock(alert.fromMs)} ${alert.untilMs === null ? 'to the end of the recording' : `to ${clock(alert.untilMs)}`}${alert.mutedBy === null ? '' : `; follows from ${alert.mutedBy}`}`, ...alert.evidence, ...alert.lines.map(lineText),
      ],
    })),
  }]
}

function lineText({ side, file, line, text }: ReportedAlert['lines'][number]): string {
  return `${side === 'running' ? 'Line' : 'Known good: line'} ${line} of ${file}: ${text}`
}

function trafficBlocks(facts: ReportFacts, clock: (wallMs: number) => string): readonly Block[] {
  const rate = ({ units, ms }: PoolTraffic['before']): string => (ms === 0 ? '–' : (units / (ms / 1000)).toFixed(1))
  const blocks: Block[] = [{ kind: 'heading', text: 'Traffic' }, {
    kind: 'table', columns: [{ title: 'Pool', isNumber: false }, { title: 'Requests/s before the first alert', isNumber: true }, { title: 'Since then', isNumber: true }],
    rows: [...facts.pools].map(([name, traffic]) => [name, rate(traffic.before), rate(traffic.since)]),
  }]
  for (const [name, { worst }] of facts.pools) {
    if (worst === null) continue
    const goodPool = facts.knownGood?.model.pools.find((pool) => pool.name === name)
    const good = new Map(goodPool === undefined ? [] : expectedShares(goodPool).map((one) => [one.name, one.share]))
    const { pool } = worst
    const range = (expected: { readonly low: number; readonly high: number } | null | undefined): string => (expected === null || expected === undefined ? '–' : expected.low === expected.high ? percent(expected.low) : `${percent(expected.low)}–${percent(expected.high)}`)
    blocks.push({ kind: 'text', text: `Pool ${name} at its worst, ${clock(worst.wallMs)}: ${(pool.shares.severity === 'none' ? pool.knownGood?.sentence : undefined) ?? pool.shares.sentence}` }, {
      kind: 'table', columns: ['Server', 'State'].map((title) => ({ title, isNumber: false })).concat(['Weight', 'Requests/s', 'Share', 'Expected', 'Expected by known good'].map((title) => ({ title, isNumber: true }))),
      rows: pool.servers.map(({ member, live }, index) => {
        const server = member?.name ?? live?.row.name ?? ''
        const share = pool.shares.servers[index]
        return [
          server, live?.row.state.text ?? 'not running', String(live?.row.state.weight ?? member?.options.weight ?? '–'), perSecond(live?.interval ?? null, 'requests')?.toFixed(1) ?? '–', percent(share?.share ?? null), range(share?.expected),
          percent(good.get(server) ?? null),
        ]
      }),
    })
  }
  return blocks
}

/** What differs between the last known good config and the one that ran at the end. */
function changeBlocks(ports: Ports, pair: Pair): readonly Block[] {
  const comparison = comparePair(ports, pair)
  const behaviour = behaviourOf(ports, pair)
  const lookups = { before: toLineLookup((pair.before as LoadedConfig).files.map((file) => file.source)), after: toLineLookup(pair.after.files.map((file) => file.source)) }
  const place = (side: 'before' | 'after', at: Span | null): string => {
    const found = at === null ? null : lookups[side](at)
    return found === null ? 'no rule' : `line ${found.line} of ${found.file}: ${found.text}`
  }
  const blocks: Block[] = [{ kind: 'heading', text: 'What changed between known good and running' }, { kind: 'text', text: behaviour.headline.text }]
  if (behaviour.differs.length > 0) {
    blocks.push({
      kind: 'list', items: behaviour.differs.map((one) => ({
        text: `${one.severity}: ${one.summary}`,
        details: [`Which: ${one.when}${countWords(one)}`, `Was ${one.about === 'rules' ? 'decided' : 'said'} by ${place('before', shownLine(one, 'before'))}`, `Now by ${place('after', shownLine(one, 'after'))}`],
      })),
    })
  }
  if (behaviour.unknown.length > 0) blocks.push({ kind: 'text', text: 'What cannot be told:' }, { kind: 'list', items: behaviour.unknown.map((region) => ({ text: `${region.when}: ${region.because} (${place(region.side, region.at)})`, details: [] })) })
  if (comparison.sentences.length > 0) blocks.push({ kind: 'text', text: 'In the topology:' }, { kind: 'list', items: comparison.sentences.map(({ text, details }) => ({ text, details })) })
  if (comparison.distribution.length > 0) {
    blocks.push({
      kind: 'table', columns: [{ title: 'Pool', isNumber: false }, { title: 'Server', isNumber: false }, { title: 'Share before', isNumber: true }, { title: 'Share after', isNumber: true }],
      rows: comparison.distribution.map((row) => [row.pool, row.server, percent(row.before), percent(row.after)]),
    })
  }
  const patch = filePartners(pair.before as LoadedConfig, pair.after).map(([was, is]) => renderPatch({
    beforeName: was === null ? null : `before/${was.source.path}`, afterName: is === null ? null : `after/${is.source.path}`, before: was?.source.text ?? '', after: is?.source.text ?? '',
  })).join('')
  return patch === '' ? blocks : [...blocks, { kind: 'code', text: patch.trimEnd() }]
}

function pictureBlocks(ports: Ports, pair: Pair): readonly Block[] {
  return [{ kind: 'heading', text: 'Topology' }, { kind: 'picture', svg: pictureSvg(ports, pair, { grouping: 'auto', expanded: [], onlyChanged: false, query: '', limit: 2000 }, { format: 'svg', theme: 'light', scale: 1, title: '' }) }]
}

function unknownBlocks(facts: ReportFacts): readonly Block[] {
  if (facts.problems.length === 0) return []
  return [{ kind: 'heading', text: 'What the recording does not hold' }, { kind: 'list', items: facts.problems.map((problem) => ({ text: `${problem.message} (byte ${problem.byte})`, details: [] })) }]
}
