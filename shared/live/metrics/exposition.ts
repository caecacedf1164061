import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import type { MetricLabels, MetricSample, MetricSamples } from './samples.ts'

const Sign = { Tab: 9, Space: 32, Quote: 34, Hash: 35, Comma: 44, Backslash: 92, Open: 123, Close: 125 } as const

/**
 * Metrics as a page of text: the format of Prometheus 0.0.4 and 1.0.0, and OpenMetrics. Only metrics that are `wanted`
 * are kept; the others are passed over. Timestamps, exemplars, types and help texts are read and dropped.
 *
 * Errors: `bad-answer` for something else, for a line that is no sample, and for a page that ends within a line.
 * Source: Prometheus documentation, "Exposition formats"; OpenMetrics 1.0, "Text format".
 */
export function parseExposition(text: string, wanted: (name: string) => boolean): Result<MetricSamples> {
  const metrics = new Map<string, MetricSample[]>()
  // Exporters repeat the same labels for each of their metrics.
  const knownLabels = new Map<string, MetricLabels>()
  let current: { readonly name: string; readonly list: MetricSample[] | null } = { name: '', list: null }
  let lines = 0
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at)
    lines += 1
    const first = text.charCodeAt(at)
    if (first === Sign.Hash) {
      if (text.startsWith('# EOF', at)) break
      if (end === -1) return bad('The metrics end within a line.')
      at = end + 1
      continue
    }
    const line = trimEnd(text, at, end === -1 ? text.length : end)
    const start = at
    at = end === -1 ? text.length : end + 1
    if (line === start) continue
    const named = first === Sign.Open ? quotedName(text, start, line) : plainName(text, start, line)
    if (named === null) return noSample(text, start, line, lines)
    if (end === -1) return bad('The metrics end within a line.')
    if (named.name !== current.name) current = { name: named.name, list: wanted(named.name) ? listOf(metrics, named.name) : null }
    // Finding the end of the labels is what tells a sample from other text; the rest is for those that are wanted.
    const closed = named.labelsAt === -1 ? named.next : endOfLabels(text, named.labelsAt, line)
    if (closed === -1) return noSample(text, start, line, lines)
    const value = readValue(text, closed, line)
    if (value === null) return noSample(text, start, line, lines)
    if (current.list === null) continue
    const labels = named.labelsAt === -1 ? noLabels : labelsOf(text.slice(named.labelsAt, closed - 1), knownLabels)
    if (labels === null) return noSample(text, start, line, lines)
    current.list.push({ labels, value })
  }
  if (lines === 0) return bad('The page is empty.')
  return ok(metrics)
}

const noLabels: MetricLabels = new Map()

function bad(what: string): Result<never> {
  return failed('bad-answer', what)
}

function noSample(text: string, start: number, end: number, line: number): Result<never> {
  if (/^\s*(<!doctype|<html|<\?xml|<head|<body)/i.test(text.slice(0, 200))) return bad('It answers a web page instead of metrics.')
  if (/^\s*[[{]\s*["\]}{]/.test(text.slice(0, 200))) return bad('It answers JSON instead of metrics.')
  return bad(`Line ${line} is no metric: "${cleanText(text.slice(start, Math.min(end, start + 60)))}".`)
}

function listOf(metrics: Map<string, MetricSample[]>, name: string): MetricSample[] {
  const known = metrics.get(name)
  if (known !== undefined) return known
  const made: MetricSample[] = []
  metrics.set(name, made)
  return made
}

function trimEnd(text: string, start: number, end: number): number {
  let last = end
  while (last > start && text.charCodeAt(last - 1) <= Sign.Space) last -= 1
  return last
}

interface Named {
  readonly name: string
  /** Where the labels begin, after the brace; -1: there are none. */
  readonly labelsAt: number
  readonly next: number
}

function plainName(text: string, start: number, end: number): Named | null {
  let at = start
  while (at < end && isNameSign(text.charCodeAt(at), at > start)) at += 1
  if (at === start || at === end) return null
  const name = text.slice(start, at)
  while (at < end && isBlank(text.charCodeAt(at))) at += 1
  return text.charCodeAt(at) === Sign.Open ? { name, labelsAt: at + 1, next: at } : { name, labelsAt: -1, next: at }
}

/** `{"a name with any signs",label="value"} 1` */
function quotedName(text: string, start: number, end: number): Named | null {
  let at = start + 1
  while (at < end && isBlank(text.charCodeAt(at))) at += 1
  if (text.charCodeAt(at) !== Sign.Quote) return null
  const close = endOfQuoted(text, at, end)
  if (close === -1) return null
  const name = unescape(text.slice(at + 1, close))
  at = close + 1
  while (at < end && isBlank(text.charCodeAt(at))) at += 1
  const sign = text.charCodeAt(at)
  return sign === Sign.Comma || sign === Sign.Close ? { name, labelsAt: sign === Sign.Comma ? at + 1 : at, next: at } : null
}

function isNameSign(sign: number, digits: boolean): boolean {
  return (sign >= 97 && sign <= 122) || sign === 95 || (sign >= 65 && sign <= 90) || sign === 58 || (digits && sign >= 48 && sign <= 57)
}

function isBlank(sign: number): boolean {
  return sign === Sign.Space || sign === Sign.Tab
}

/** Position of the quote that ends the text which begins at `start`; -1: the line ends before. */
function endOfQuoted(text: string, start: number, end: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1 && at < end; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === Sign.Backslash) slashes += 1
    if (slashes % 2 === 0) return at
  }
  return -1
}

/** Position after the brace that ends the labels; -1: the line ends before. */
function endOfLabels(text: string, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const sign = text.charCodeAt(at)
    if (sign === Sign.Close) return at + 1
    if (sign !== Sign.Quote) continue
    at = endOfQuoted(text, at, end)
    if (at === -1) return -1
  }
  return -1
}

/** The value after the name and labels, if what follows it is nothing, a time or an exemplar. */
function readValue(text: string, start: number, end: number): string | null {
  let at = start
  while (at < end && isBlank(text.charCodeAt(at))) at += 1
  let last = at
  let digits = true
  for (; last < end; last += 1) {
    const sign = text.charCodeAt(last)
    if (isBlank(sign)) break
    digits &&= sign >= 48 && sign <= 57
  }
  if (last === at) return null
  const value = text.slice(at, last)
  if (!digits && !/^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|[+-]?inf(?:inity)?)$/i.test(value)) return null
  if (last < end && !/^\s+[+-]?[\d.]+(?:e[+-]?\d+)?(?:\s+#\s.*)?$|^\s+#\s.*$/i.test(text.slice(last, end))) return null
  return value
}

function labelsOf(written: string, known: Map<string, MetricLabels>): MetricLabels | null {
  const found = known.get(written)
  if (found !== undefined) return found
  const made = parseLabels(written)
  if (made !== null) known.set(written, made)
  return made
}

/** `a="1",b="x\"y",` as it stands between the braces; null: something else. */
function parseLabels(written: string): MetricLabels | null {
  const labels = new Map<string, string>()
  const end = written.length
  let at = 0
  for (;;) {
    while (at < end && isBlank(written.charCodeAt(at))) at += 1
    if (at >= end) return labels
    const equals = written.indexOf('=', at)
    if (equals === -1) return null
    const name = written.slice(at, equals).trim()
    at = equals + 1
    while (at < end && isBlank(written.charCodeAt(at))) at += 1
    if (name === '' || written.charCodeAt(at) !== Sign.Quote) return null
    const close = endOfQuoted(written, at, end)
    if (close === -1) return null
    labels.set(name.startsWith('"') ? unescape(name.slice(1, -1)) : name, unescape(written.slice(at + 1, close)))
    at = close + 1
    while (at < end && isBlank(written.charCodeAt(at))) at += 1
    if (at < end && written.charCodeAt(at) !== Sign.Comma) return null
    at += 1
  }
}

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\([\\"n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)) : text
}
