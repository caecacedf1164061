import { runChecks } from '#shared/analyses/checks/index.ts'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { findShadowing, shadowingFindings } from '#shared/analyses/shadowing/index.ts'
import { bySeverityThenPlace, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { CheckContext, Dialect } from '#shared/dialects/dialect.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { Span } from '#shared/text/span.ts'
import type { ConfigStore } from './config-store.ts'
import type { LoadedConfig } from './load-config.ts'
import type { Ports } from './ports.ts'

type Clock = Pick<Ports['clock'], 'milliseconds'>

/** Time for the proofs about one config; what they do not get to is not reported. */
const proofMs = 1500
const maxBranches = 2000
/** Findings of one proof check that are listed. */
const listedFindings = 200

const known = new WeakMap<LoadedConfig, readonly Diagnostic[]>()

/** Findings of every check, most severe first. Reading and compiling report separately. */
export function checksOf(config: LoadedConfig, clock: Clock): readonly Diagnostic[] {
  let found = known.get(config)
  if (found === undefined) {
    found = runAllChecks(config.dialect, { files: config.parsed, model: config.model, options: config.options }, clock)
    known.set(config, found)
  }
  return found
}

/**
 * The dialect's own checks, the neutral ones, and what is proved about rules that lose their requests.
 *
 * A proof whose line is reported already says nothing new and is left out.
 */
export function runAllChecks(dialect: Pick<Dialect, 'checks'>, context: CheckContext<unknown>, clock: Clock): readonly Diagnostic[] {
  const { model } = context
  const structural = [...dialect.checks.flatMap((check) => check.run(context)), ...runChecks(model)]
  const router = prepareRouter(model)
  const dead = new Set(structural.flatMap((one) => (one.code === 'routing/rule-never-matches' ? [placeKey(one.at)] : [])))
  const started = clock.milliseconds()
  const answer = findShadowing(model, { judge: (request) => router.route(request, { explain: false }), budget: { maxBranches, spent: () => clock.milliseconds() - started > proofMs }, reported: (at) => dead.has(placeKey(at)) })
  return [...structural, ...shortened(unreported(structural, shadowingFindings(answer)))].sort(bySeverityThenPlace)
}

/** Findings at places that no other of their code has; for a contradiction, no error about a test that it is made of either. */
function unreported(reported: readonly Diagnostic[], findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const places = new Set(reported.map((one) => `${one.code} ${placeKey(one.at)}`))
  const faults = new Set(reported.flatMap((one) => (one.severity === 'error' ? [placeKey(one.at)] : [])))
  return findings.filter((one) => !places.has(`${one.code} ${placeKey(one.at)}`) && !(one.code === 'routing/rule-contradicts-itself' && [one, ...one.related].some((place) => faults.has(placeKey(place.at)))))
}

const placeKey = (span: Span): string => `${span.file}:${span.start}`

function shortened(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const counts = new Map<string, number>()
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1)
  const shown = new Map<string, number>()
  return findings.flatMap((one) => {
    const place = (shown.get(one.code) ?? 0) + 1
    shown.set(one.code, place)
    const more = (counts.get(one.code) ?? 0) - listedFindings
    return place > listedFindings ? [] : place === listedFindings && more > 0 ? [{ ...one, message: `${one.message} ${more} more like this are not listed.` }] : [one]
  })
}

/** Everything there is to say about a config: reading, parsing, compiling and checks. */
export function allFindings(config: LoadedConfig, clock: Clock): readonly Diagnostic[] {
  return [...config.summary.diagnostics, ...checksOf(config, clock)].sort(bySeverityThenPlace)
}

/** Findings of one side that the other does not have, by fingerprint; the same fingerprint twice counts twice. */
export function onlyIn(side: readonly Diagnostic[], other: readonly Diagnostic[]): readonly Diagnostic[] {
  const left = new Map<string, number>()
  for (const finding of other) left.set(finding.fingerprint, (left.get(finding.fingerprint) ?? 0) + 1)
  return side.filter((finding) => {
    const count = left.get(finding.fingerprint) ?? 0
    if (count > 0) left.set(finding.fingerprint, count - 1)
    return count === 0
  })
}

export function checkHandlers(ports: Ports, store: ConfigStore): Pick<Handlers<SteelyardContract>, 'config.checks'> {
  return {
    async 'config.checks'({ configId }, context) {
      const config = store.get(configId)
      if (!config.ok) return config
      await ports.clock.breathe()
      return context.cancelled() ? failed('cancelled', 'Checking was cancelled.') : ok(checksOf(config.value, ports.clock))
    },
  }
}
