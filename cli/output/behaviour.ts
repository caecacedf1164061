import { countWords, shownLine } from '#shared/analyses/behaviour-diff/index.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { defaultRequest } from '#shared/model/request.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Span } from '#shared/text/span.ts'
import type { BehaviourAnswer, BehaviourClass, TrafficWeights } from '#shared/rpc/payloads.ts'
import { forTerminal, type Colours } from './colour.ts'
import { toJsonOutcome, toPlaces, type Places } from './json-shapes.ts'

export interface Sides {
  readonly before: Places
  readonly after: Places
}

export function sidesOf(before: LoadedConfig, after: LoadedConfig): Sides {
  return { before: toPlaces(before.files.map((file) => file.source)), after: toPlaces(after.files.map((file) => file.source)) }
}

/** A request as `route --requests` takes it; what has its default value there is left out, apart from the published keys. */
export function toJsonRequest(request: RequestInput): object {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of request.headers) {
    const known = headers[name]
    headers[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value]
  }
  const { listener, scheme, method, host, path, sourceIp, sni } = request
  return {
    listener, scheme, method, host, path, headers, sourceIp, sni,
    ...(request.httpVersion === defaultRequest.httpVersion ? {} : { httpVersion: request.httpVersion }), ...(request.sourcePort === defaultRequest.sourcePort ? {} : { sourcePort: request.sourcePort }),
    ...(request.destinationIp === null ? {} : { destinationIp: request.destinationIp }), ...(request.alpn.length === 0 ? {} : { alpn: request.alpn }),
  }
}

function side(part: BehaviourClass['before'], places: Places): object {
  return { outcome: toJsonOutcome(part.outcome, places), rule: part.rule === null ? null : places.ruleOf(part.rule) }
}

/** `behaviour` of the published shape. */
export function toJsonBehaviour(answer: BehaviourAnswer, sides: Sides, weights: TrafficWeights | null): object {
  const spans = (list: readonly Span[], places: Places): object[] => list.map((span) => places.ruleOf(span))
  return {
    complete: answer.complete, listeners: answer.listeners,
    differs: answer.differs.map((one) => ({
      id: one.id, severity: one.severity, listener: one.listener, kind: one.kind, when: one.when, summary: one.summary, witness: { ...toJsonRequest(one.witness), curl: one.curl },
      before: side(one.before, sides.before), after: side(one.after, sides.after), liveShare: weights?.shares[one.id] ?? null,
      cause: { before: spans(one.cause.before, sides.before), after: spans(one.cause.after, sides.after) }, count: one.count,
      members: one.count === 1 ? [] : one.members.map((member) => ({ when: member.when, witness: toJsonRequest(member.witness), before: side(member.before, sides.before), after: side(member.after, sides.after) })),
      depends: one.depends.map((depend) => ({ text: depend.text, holds: depend.holds })),
    })),
    unknown: answer.unknown.map((region) => ({ when: region.when, because: region.because, at: sides[region.side].lineOf(region.at) })),
    newlyReachable: answer.pools.reachable, assumptions: answer.assumptions, work: answer.work,
  }
}

const severityMark = { critical: '▲', warning: '▲', notice: 'i' } as const

/** Classes one below the other: sentence, which requests, both lines, a command to try it. */
export function behaviourText(answer: BehaviourAnswer, sides: Sides, weights: TrafficWeights | null, colours: Colours): string {
  const out: string[] = []
  if (answer.differs.length > 0) out.push('', colours.bold('What changes for traffic'))
  for (const one of answer.differs) {
    const paint = one.severity === 'critical' ? colours.red : one.severity === 'warning' ? colours.yellow : (text: string): string => text
    const share = weights?.shares[one.id]
    out.push(paint(`${severityMark[one.severity]} ${forTerminal(one.summary)}`) + (share === undefined ? '' : `  ${(share * 100).toFixed(1)} % of the requests in the log`))
    if (!one.summary.includes(one.when)) out.push(`    which:  ${forTerminal(one.when)}${countWords(one)}`)
    const rule = (label: string, at: Span | null, places: Places): void => {
      if (at === null) out.push(`    ${label} no rule matches; the balancer answers by itself`)
      else {
        const found = places.ruleOf(at)
        out.push(`    ${label} ${forTerminal(found.file)}:${found.line}: ${forTerminal(found.text)}`)
      }
    }
    rule('was:   ', shownLine(one, 'before'), sides.before)
    rule('now:   ', shownLine(one, 'after'), sides.after)
    out.push(`    try:    ${forTerminal(one.curl)}`)
    for (const depend of one.depends) out.push(colours.yellow(`    ${depend.holds ? 'if' : 'unless'}:     ${forTerminal(depend.text)}`))
  }
  if (answer.pools.unreachable.length > 0) out.push('', `Pools that no request reaches any more: ${forTerminal(answer.pools.unreachable.join(', '))}`)
  if (answer.pools.reachable.length > 0) out.push('', `Pools that requests reach now: ${forTerminal(answer.pools.reachable.join(', '))}`)
  if (answer.unknown.length > 0) {
    out.push('', colours.bold('What cannot be told'))
    for (const region of answer.unknown) {
      const at = sides[region.side].lineOf(region.at)
      out.push(colours.yellow(`  ? ${forTerminal(region.when)}: ${forTerminal(region.because)} ${region.at.file === '' ? '' : `(${forTerminal(at.file)}:${at.line})`}`.trimEnd()))
    }
  }
  if (weights !== null) out.push('', `Shares are those of ${weights.requests} requests in the log (${weights.format}${weights.skipped > 0 ? `, ${weights.skipped} lines not read` : ''}).`, ...weights.assumptions.map((text) => `  ${forTerminal(text)}`))
  return out.length === 0 ? '' : `${out.join('\n')}\n`
}
