import { runChecks } from '#shared/analyses/checks/index.ts'
import { bySeverityThenPlace, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { ConfigStore } from './config-store.ts'
import type { LoadedConfig } from './load-config.ts'
import type { Ports } from './ports.ts'

const known = new WeakMap<LoadedConfig, readonly Diagnostic[]>()

/** Findings of the dialect's own checks and of the neutral ones, most severe first. Reading and compiling report separately. */
export function checksOf(config: LoadedConfig): readonly Diagnostic[] {
  const found = known.get(config)
  if (found !== undefined) return found
  const context = { files: config.parsed, model: config.model, options: config.options }
  const findings = [...config.dialect.checks.flatMap((check) => check.run(context)), ...runChecks(config.model)].sort(bySeverityThenPlace)
  known.set(config, findings)
  return findings
}

/** Everything there is to say about a config: reading, parsing, compiling and checks. */
export function allFindings(config: LoadedConfig): readonly Diagnostic[] {
  return [...config.summary.diagnostics, ...checksOf(config)].sort(bySeverityThenPlace)
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
      return context.cancelled() ? failed('cancelled', 'Checking was cancelled.') : ok(checksOf(config.value))
    },
  }
}
