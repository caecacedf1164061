import { drawPicture } from '#shared/backend/export.ts'
import { toPair } from '#shared/backend/pairs.ts'
import { choiceOf, expectPositionals, numberOf, readingOptions } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError, UsageError } from '#cli/io.ts'
import { cliPorts, readConfig } from '#cli/reading.ts'

const formats = ['svg', 'png', 'pdf'] as const

export const command: Command = {
  usage: 'export CONFIG --output FILE.svg|png|pdf [--before CONFIG] [--live SOURCE] [--theme light|dark|print] [--scale 1-4]',
  summary: 'Draws the whole topology as a picture; with --before, the difference; with --live, current traffic.',
  options: [
    ...readingOptions,
    { name: 'before', value: 'CONFIG', help: 'draw what changed since this config' },
    { name: 'live', value: 'SOURCE', help: 'draw the traffic of a running balancer: two polls, a second apart' },
    { name: 'unit', value: 'U', help: 'with --live: requests, connections or bytes (default requests)' },
    { name: 'colour', value: 'C', help: 'with --live: colour by errors or latency (default errors)' },
    { name: 'theme', value: 'T', help: 'light, dark or print (default light)' },
    { name: 'scale', value: 'N', help: 'size of a PNG, 1 to 4 times (default 2)' },
    { name: 'grouping', value: 'G', help: 'auto, grouped or open (default auto: grouped above 150 boxes)' },
    { name: 'only-changed', value: null, help: 'leave out what is the same on both sides' },
    { name: 'title', value: 'TEXT', help: 'title of the picture' },
  ],
  async run(args, io) {
    const [argument] = expectPositionals(args, 1, 1, 'one CONFIG') as [string]
    const output = args.value('output')
    if (output === null) throw new UsageError('--output FILE.svg, FILE.png or FILE.pdf is missing.')
    const suffix = /\.([a-z]+)$/i.exec(output)?.[1]?.toLowerCase()
    const format = choiceOf(args, 'format', formats, formats.find((one) => one === suffix) ?? 'svg')
    if (args.value('format') === null && !formats.some((one) => one === suffix)) throw new UsageError(`"${output}" ends in none of .svg, .png, .pdf; name the form with --format.`)
    const theme = choiceOf(args, 'theme', ['light', 'dark', 'print'], 'light')
    const scale = numberOf(args, 'scale', 1, 4, 2)
    const grouping = choiceOf(args, 'grouping', ['auto', 'grouped', 'open'], 'auto')
    const source = args.value('live')
    if (source !== null && args.has('before')) throw new UsageError('--live draws what runs, --before what changed: leave one of them out.')
    const unit = choiceOf(args, 'unit', ['requests', 'connections', 'bytes'], 'requests')
    const colour = choiceOf(args, 'colour', ['errors', 'latency'], 'errors')
    const ports = cliPorts(io, args.has('quiet'))
    const beforeName = args.value('before')
    const before = beforeName === null ? null : await readConfig(ports, beforeName, args, io)
    const after = await readConfig(ports, argument, args, io)
    const topology = { grouping, expanded: [], onlyChanged: args.has('only-changed'), query: '', limit: Number.MAX_SAFE_INTEGER }
    // Only here, because other exports need nothing of it.
    const traffic = source === null ? null : { ...await (await import('#cli/live-now.ts')).trafficNow(ports, source, after.model), unit, colour, stale: false }
    const drawn = await drawPicture(ports, toPair(before, after), topology, { format, theme, scale, title: args.value('title') ?? '' }, traffic)
    if (!drawn.ok) throw new InputError(drawn.failure.message)
    await io.writeFile(output, drawn.value.bytes)
    if (!args.has('quiet') && io.errIsTerminal) io.err(`${output}: ${drawn.value.width} × ${drawn.value.height}, ${drawn.value.bytes.length} bytes\n`)
    return exitCodes.clean
  },
}
