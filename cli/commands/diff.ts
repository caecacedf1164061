import { comparePair, filePartners } from '#shared/backend/compare.ts'
import { toPair, type Pair } from '#shared/backend/pairs.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { sameText } from '#shared/backend/same-text.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Comparison } from '#shared/rpc/payloads.ts'
import { choiceOf, expectPositionals, readingOptions, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, UsageError, type Io } from '#cli/io.ts'
import { coloursFor } from '#cli/output/colour.ts'
import { diffJson, diffPatch, diffSarif, diffText, type DiffReport, type Verdict } from '#cli/output/diff.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'

const formats = ['text', 'json', 'markdown', 'html', 'patch', 'sarif'] as const
const failures = ['misroute', 'may-differ', 'distribution', 'check', 'any', 'none'] as const
type FailOn = (typeof failures)[number]

export const command: Command = {
  usage: 'diff BEFORE AFTER [--format text|json|markdown|html|patch|sarif] [--fail-on LIST]',
  summary: 'Shows what differs between two configs: text, topology, expected shares, checks. Behaviour is not computed yet, and the output says so.',
  options: [...readingOptions, { name: 'fail-on', value: 'LIST', help: `what makes the exit code 1: ${failures.join(', ')} (default misroute,may-differ)` }],
  remarks: ['As long as behaviour is not computed, any difference in the words of the config counts as may-differ; misroute is never claimed.'],
  async run(args, io) {
    const [beforeName, afterName] = expectPositionals(args, 2, 2, 'BEFORE and AFTER') as [string, string]
    const format = choiceOf(args, 'format', formats, 'text')
    const failOn = failOnOf(args)
    if (beforeName === '-' && afterName === '-') throw new UsageError('Only one of the two configs can come from standard input.')
    const ports = cliPorts(io, args.has('quiet'))
    const before = await readConfig(ports, beforeName, args, io)
    const after = await readConfig(ports, afterName, args, io)
    const pair = toPair(before, after)
    const comparison = comparePair(ports, pair)
    const report: DiffReport = { before, after, comparison, verdict: verdictOf(before, after, comparison), partners: filePartners(before, after), steelyardVersion: ports.host.version }
    await deliver(await render(format, report, pair, ports, args, io), args, io)
    return isFound(failOn, report) ? exitCodes.found : exitCodes.clean
  },
}

async function render(format: (typeof formats)[number], report: DiffReport, pair: Pair, ports: Ports, args: Parsed, io: Io): Promise<string> {
  switch (format) {
    case 'text': return diffText(report, coloursFor(args, io))
    case 'json': return diffJson(report)
    case 'patch': return diffPatch(report)
    case 'sarif': return diffSarif(report)
    case 'markdown': return (await import('#shared/backend/compare-markdown.ts')).compareMarkdown(pair, report.comparison, ports.clock.now())
    case 'html': return (await import('#cli/output/diff-html.ts')).diffHtml(report, pair, ports)
  }
}

/**
 * Equal words are proof, as long as nothing in them is left to what was not read: a script, a state file or a missing
 * map may differ behind the same line. Anything else is not known to be the same until behaviour is computed.
 */
function verdictOf(before: LoadedConfig, after: LoadedConfig, comparison: Comparison): Verdict {
  if (before.model.gaps.length === 0 && after.model.gaps.length === 0 && sameText(before, after)) return 'identical'
  const { pools } = comparison
  const changed = comparison.distribution.length > 0 || pools.added.length > 0 || pools.removed.length > 0
  return changed ? 'changed' : 'may-differ'
}

function failOnOf(args: Parsed): ReadonlySet<FailOn> {
  const words = (args.value('fail-on') ?? 'misroute,may-differ').split(',').map((word) => word.trim())
  return new Set(words.map((word) => {
    const known = failures.find((one) => one === word)
    if (known === undefined) throw new UsageError(`--fail-on takes a list of ${failures.join(', ')}; "${word}" is none of them.`)
    return known
  }))
}

function isFound(failOn: ReadonlySet<FailOn>, { verdict, comparison }: DiffReport): boolean {
  if (failOn.has('none')) return false
  const differs = verdict !== 'identical'
  const distribution = comparison.distribution.length > 0
  const check = comparison.checks.introduced.length > 0
  // Behaviour is unknown wherever the words differ, so that is `may-differ`, whatever else changed.
  return (failOn.has('may-differ') && differs) || (failOn.has('distribution') && distribution) || (failOn.has('check') && check) || (failOn.has('any') && (differs || distribution || check))
}
