import { setTimeout as sleep } from 'node:timers/promises'
import { drawPicture } from '#shared/backend/export.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import { toPair } from '#shared/backend/pairs.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { choiceOf, expectPositionals, numberOf, readingOptions, type Parsed } from '#cli/args.ts'
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
    const source = liveSourceOf(args)
    if (source !== null && args.has('before')) throw new UsageError('--live draws what runs, --before what changed: leave one of them out.')
    const unit = choiceOf(args, 'unit', ['requests', 'connections', 'bytes'], 'requests')
    const colour = choiceOf(args, 'colour', ['errors', 'latency'], 'errors')
    const ports = cliPorts(io, args.has('quiet'))
    const beforeName = args.value('before')
    const before = beforeName === null ? null : await readConfig(ports, beforeName, args, io)
    const after = await readConfig(ports, argument, args, io)
    const topology = { grouping, expanded: [], onlyChanged: args.has('only-changed'), query: '', limit: Number.MAX_SAFE_INTEGER }
    const traffic = source === null ? null : { moment: await pollTwice(ports, source, after.model), source: source.title, timeText: ports.clock.now(), unit, colour, stale: false }
    const drawn = await drawPicture(ports, toPair(before, after), topology, { format, theme, scale, title: args.value('title') ?? '' }, traffic)
    if (!drawn.ok) throw new InputError(drawn.failure.message)
    await io.writeFile(output, drawn.value.bytes)
    if (!args.has('quiet') && io.errIsTerminal) io.err(`${output}: ${drawn.value.width} × ${drawn.value.height}, ${drawn.value.bytes.length} bytes\n`)
    return exitCodes.clean
  },
}

const pauseMs = 1000
/** A single look may take its time. */
const pollLimitMs = 4000

function liveSourceOf(args: Parsed): LiveSource | null {
  const written = args.value('live')
  if (written === null) return null
  const source = parseLiveSource(written)
  if (typeof source === 'string') throw new UsageError(source)
  return source
}

/** A rate needs two polls. */
async function pollTwice(ports: Ports, source: LiveSource, model: RoutingModel): Promise<LiveMoment> {
  const poller = createPoller(ports.live, source, pollLimitMs)
  const session = new LiveSession(model, pauseMs, null)
  const look = async (): Promise<LiveMoment> => {
    const polled = await poller.poll()
    if (!polled.ok) throw new InputError(polled.failure.message)
    return session.add(polled.value)
  }
  await look()
  await sleep(pauseMs)
  return look()
}
