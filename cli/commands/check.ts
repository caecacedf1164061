import type { Diagnostic, Severity } from '#shared/diagnostics/diagnostic.ts'
import { allFindings } from '#shared/backend/checks.ts'
import { bySeverityThenPlace } from '#shared/diagnostics/diagnostic.ts'
import { neutralChecks } from '#shared/analyses/checks/index.ts'
import { shadowingChecks } from '#shared/analyses/shadowing/index.ts'
import { choiceOf, expectPositionals, readingOptions } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes } from '#cli/io.ts'
import { coloursFor } from '#cli/output/colour.ts'
import { findingsGithub, findingsJson, findingsJunit, findingsMarkdown, findingsSarif, findingsText, type FindingReport } from '#cli/output/findings.ts'
import { toPlaces } from '#cli/output/json-shapes.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'

const formats = ['text', 'json', 'sarif', 'junit', 'markdown', 'github'] as const
const thresholds = ['error', 'warning', 'info', 'none'] as const
const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }

export const command: Command = {
  usage: 'check CONFIG [--format text|json|sarif|junit|markdown|github] [--fail-on error|warning|info|none] [--native]',
  summary: 'Runs every check of the product and of the neutral model over one config.',
  options: [
    ...readingOptions,
    { name: 'fail-on', value: 'SEVERITY', help: 'lowest severity that makes the exit code 1 (default error)' },
    { name: 'native', value: null, help: "also ask the balancer's own validator, if it is installed" },
  ],
  remarks: ["--native runs the balancer's own check mode. haproxy -c reads the config and may resolve the host names in it; nginx -t gets a copy that names sockets and files of its own. Neither opens a connection to a server."],
  async run(args, io) {
    const [argument] = expectPositionals(args, 1, 1, 'one CONFIG') as [string]
    const format = choiceOf(args, 'format', formats, 'text')
    const failOn = choiceOf(args, 'fail-on', thresholds, 'error')
    const ports = cliPorts(io, args.has('quiet'))
    const config = await readConfig(ports, argument, args, io)
    const findings: Diagnostic[] = [...allFindings(config, ports.clock)]
    if (args.has('native')) {
      const { runNative } = await import('#cli/native.ts')
      findings.push(...(await runNative(config)))
      findings.sort(bySeverityThenPlace)
    }
    const report: FindingReport = {
      title: config.summary.title, dialect: config.summary.dialect, product: config.summary.product, version: config.summary.version, steelyardVersion: ports.host.version,
      findings, places: toPlaces(config.files.map((file) => file.source)), rules: [...config.dialect.checks, ...neutralChecks, ...shadowingChecks.filter((check) => !check.sharesCode)],
    }
    const text = { text: () => findingsText(report, coloursFor(args, io)), json: () => findingsJson(report), sarif: () => findingsSarif(report), junit: () => findingsJunit(report), markdown: () => findingsMarkdown(report), github: () => findingsGithub(report) }[format]()
    await deliver(text, args, io)
    return failOn !== 'none' && findings.some((finding) => rank[finding.severity] <= rank[failOn]) ? exitCodes.found : exitCodes.clean
  },
}
