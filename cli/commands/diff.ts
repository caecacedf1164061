import { comparePair, filePartners } from '#shared/backend/compare.ts'
import { toPair, type Pair } from '#shared/backend/pairs.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { accessLogLimitBytes } from '#shared/backend/limits.ts'
import { behaviourOf } from '#shared/backend/behaviour.ts'
import { poolPairsOf } from '#shared/analyses/equivalence/index.ts'
import type { ProofReport, TrafficWeights } from '#shared/rpc/payloads.ts'
import { choiceOf, expectPositionals, readingOptions, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError, UsageError, type Io } from '#cli/io.ts'
import { coloursFor } from '#cli/output/colour.ts'
import { diffJson, diffPatch, diffSarif, diffText, type DiffReport } from '#cli/output/diff.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'

const formats = ['text', 'json', 'markdown', 'html', 'patch', 'sarif'] as const
const failures = ['misroute', 'may-differ', 'distribution', 'check', 'any', 'none'] as const
type FailOn = (typeof failures)[number]

export const command: Command = {
  usage: 'diff BEFORE AFTER [--format text|json|markdown|html|patch|sarif] [--fail-on LIST] [--prove] [--access-log FILE] [--pools FILE]',
  summary: 'Shows what differs between two configs: which requests go somewhere else, each with an example; topology, expected shares, checks, text.',
  options: [
    ...readingOptions, { name: 'fail-on', value: 'LIST', help: `what makes the exit code 1: ${failures.join(', ')} (default misroute,may-differ)` },
    { name: 'prove', value: null, help: 'sends the examples to the installed balancer, on this machine only, and says whether it agrees' },
    { name: 'access-log', value: 'FILE', help: 'gives each class its share of the requests in an access log' },
    { name: 'pools', value: 'FILE', help: 'which pool stands for which: lines of "BEFORE AFTER"' },
  ],
  remarks: ['Misroute: some request gets another pool, answer, path or host. May-differ: for some requests it cannot be told, and the line is named.'],
  async run(args, io) {
    const [beforeName, afterName] = expectPositionals(args, 2, 2, 'BEFORE and AFTER') as [string, string]
    const format = choiceOf(args, 'format', formats, 'text')
    const failOn = failOnOf(args)
    if (beforeName === '-' && afterName === '-') throw new UsageError('Only one of the two configs can come from standard input.')
    const ports = cliPorts(io, args.has('quiet'))
    const before = await readConfig(ports, beforeName, args, io)
    const after = await readConfig(ports, afterName, args, io)
    const mapping = args.value('pools')
    const pair = toPair(before, after, poolPairsOf(before.model, after.model, mapping === null ? null : await readText(io, mapping)))
    const comparison = comparePair(ports, pair)
    const behaviour = behaviourOf(ports, pair)
    const log = args.value('access-log')
    const weights = log === null ? null : await weigh(ports, pair, log)
    const proof = args.has('prove') ? await prove(ports, pair) : null
    const report: DiffReport = { before, after, comparison, behaviour, proof, weights, partners: filePartners(before, after), steelyardVersion: ports.host.version }
    await deliver(await render(format, report, pair, ports, args, io), args, io)
    return isFound(failOn, report) ? exitCodes.found : exitCodes.clean
  },
}

async function readText(io: Io, file: string): Promise<string> {
  let text = ''
  for await (const line of io.inputLines(file)) text += `${line}\n`
  return text
}

async function prove(ports: Ports, pair: Pair): Promise<ProofReport> {
  const { provePair } = await import('#shared/backend/prove.ts')
  const proved = await provePair(ports, pair, [], { cancelled: () => false })
  if (!proved.ok) throw new InputError(proved.failure.message)
  return proved.value
}

async function weigh(ports: Ports, pair: Pair, file: string): Promise<TrafficWeights> {
  const { weighPair } = await import('#shared/backend/weigh.ts')
  const read = await ports.files.read(file, accessLogLimitBytes)
  if (!read.ok) throw new InputError(read.failure.message)
  return weighPair(ports, pair, ports.bytes.decode(read.value.bytes).text, file)
}

async function render(format: (typeof formats)[number], report: DiffReport, pair: Pair, ports: Ports, args: Parsed, io: Io): Promise<string> {
  switch (format) {
    case 'text': return diffText(report, coloursFor(args, io))
    case 'json': return diffJson(report)
    case 'patch': return diffPatch(report)
    case 'sarif': return diffSarif(report)
    case 'markdown': return (await import('#shared/backend/compare-markdown.ts')).compareMarkdown(pair, report.comparison, report.behaviour, ports.clock.now())
    case 'html': return (await import('#cli/output/diff-html.ts')).diffHtml(report, pair, ports)
  }
}

function failOnOf(args: Parsed): ReadonlySet<FailOn> {
  const words = (args.value('fail-on') ?? 'misroute,may-differ').split(',').map((word) => word.trim())
  return new Set(words.map((word) => {
    const known = failures.find((one) => one === word)
    if (known === undefined) throw new UsageError(`--fail-on takes a list of ${failures.join(', ')}; "${word}" is none of them.`)
    return known
  }))
}

/** Kinds that leave a request where it was. */
const stays: ReadonlySet<string> = new Set(['policy'])

function isFound(failOn: ReadonlySet<FailOn>, { behaviour, comparison, proof }: DiffReport): boolean {
  if (failOn.has('none')) return false
  const misroute = behaviour.differs.some((one) => !stays.has(one.kind) && !(one.kind === 'rewrite' && one.severity === 'notice'))
  const open = !behaviour.complete
  const distribution = comparison.distribution.length > 0
  const check = comparison.checks.introduced.length > 0
  // An answer of the real balancer that contradicts ours makes every claim doubtful.
  if (proof?.state === 'disagrees') return true
  return (failOn.has('misroute') && misroute) || (failOn.has('may-differ') && open) || (failOn.has('distribution') && distribution) || (failOn.has('check') && check)
    || (failOn.has('any') && (behaviour.verdict !== 'identical' || open || distribution || check))
}
