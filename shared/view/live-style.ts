import type { Tone } from '#shared/presentation/presentation.ts'
import type { LiveMark, LiveMarks } from './live-marks.ts'
import { expectedText, percentText, rateText } from './live-words.ts'

/** Least and greatest width of an edge with traffic, pixels at zoom 1; and the width of one without. */
const widths = { least: 1.6, none: 1.2 } as const
export const mostWidth = 15
/** Part of the highest rate under which traffic is little. */
const littleUnder = 0.08

export type FlowColour = 'none' | 'low' | 'mid' | 'high' | 'warning' | 'critical' | 'unknown'

/**
 * Width on a square-root scale of the rate, so that an edge with four times the traffic is twice as wide. `inner` is what
 * flows at least, `outer` at most: where they differ the rest is hatched.
 */
export function flowWidths(mark: LiveMark | undefined, highest: number): { readonly inner: number; readonly outer: number } {
  if (mark === undefined) return { inner: widths.none, outer: widths.none }
  const inner = flowWidth(mark.bounds?.low ?? mark.rate ?? 0, highest)
  return { inner, outer: mark.bounds === null ? inner : Math.max(widths.least + 1.4, flowWidth(mark.bounds.high, highest)) }
}

function flowWidth(rate: number, highest: number): number {
  if (rate <= 0 || highest <= 0) return widths.none
  return Math.round((widths.least + (mostWidth - widths.least) * Math.sqrt(Math.min(1, rate / highest))) * 10) / 10
}

export function flowColour(mark: LiveMark | undefined, highest: number): FlowColour {
  if (mark === undefined) return 'none'
  switch (mark.tone) {
    case 'critical': case 'warning': case 'unknown': return mark.tone
    case 'quiet': return 'none'
    case 'busy': return 'high'
    case 'traffic': return (mark.rate ?? mark.bounds?.high ?? 0) < highest * littleUnder ? 'low' : 'mid'
  }
}

/** Rates for the legend, largest first, with the width that stands for each: the highest, and round parts of it. */
export function legendSteps({ highest, unit }: LiveMarks): readonly { readonly width: number; readonly text: string }[] {
  if (highest <= 0) return []
  const seen = new Set<string>()
  return [highest, round(highest / 5), round(highest / 50)].flatMap((rate) => {
    const text = rateText(rate, unit)
    if (seen.has(text)) return []
    seen.add(text)
    return [{ width: flowWidth(rate, highest), text }]
  })
}

/** 1, 2 or 5 times a power of ten, not above the value. */
function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1) * power
}

export const unitWords = { requests: 'requests per second', tries: 'tries per second', connections: 'connections per second', bytes: 'bytes per second' } as const satisfies Readonly<Record<LiveMarks['unit'], string>>

type BadgeKind = LiveMark['badges'][number]['kind']

/** Tone of a badge; it decides sign and colour. Queue and sessions are told by their words. */
export function badgeTone(kind: BadgeKind, mark: Pick<LiveMark, 'tone'>): Tone {
  switch (kind) {
    case 'up': return 'ok'
    case 'alert': return mark.tone === 'critical' ? 'critical' : 'warning'
    case 'queue': return 'warning'
    case 'sessions': return 'neutral'
    case 'down': case 'maintenance': case 'unknown': return kind
  }
}

/** The state that stands before the title: an alert, else that it works at all, else what it is instead. */
export function stateBadge(mark: LiveMark): LiveMark['badges'][number] | undefined {
  return (['alert', 'up', 'down', 'unknown', 'maintenance'] as const).map((kind) => mark.badges.find((badge) => badge.kind === kind)).find((badge) => badge !== undefined)
}

function amount(rate: number, unit: LiveMarks['unit']): string {
  return `${rateText(rate, unit).replace('/s', '')} ${unit === 'bytes' ? 'per second' : unitWords[unit]}`
}

/** One sentence for screen readers and the tooltip of a box or an edge. */
export function liveSentence(mark: LiveMark | undefined, { unit, stale }: Pick<LiveMarks, 'unit' | 'stale'>): string {
  if (mark === undefined) return ''
  const flow = mark.bounds !== null ? `between ${amount(mark.bounds.low, unit)} and ${amount(mark.bounds.high, unit)}` : mark.rate === null ? 'traffic not known' : mark.rate === 0 ? 'no traffic' : amount(mark.rate, unit)
  const share = mark.share === null ? [] : [`largest share ${percentText(mark.share)}${mark.expected === null ? '' : `, expected ${expectedText(mark.expected)}`}`]
  const badges = mark.badges.map((badge) => (badge.kind === 'alert' ? `alert: ${badge.text}` : badge.text))
  return `${stale ? 'Old data: ' : 'Now: '}${[flow, ...share, ...badges].join(', ')}.`
}
