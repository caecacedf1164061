import { openRecording } from '#shared/backend/live/replay.ts'
import { incidentReport } from '#shared/backend/live/report.ts'
import { alertSettingsOption, readAlertSettings } from '#cli/alert-settings.ts'
import { choiceOf, expectPositionals, outputOptions } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError } from '#cli/io.ts'
import { cliPorts, deliver } from '#cli/reading.ts'

const formats = ['markdown', 'html'] as const

export const command: Command = {
  usage: 'report FILE.lbrec [--format markdown|html] [--alert-settings FILE] [--output FILE]',
  summary: 'Tells what a recording holds of an incident: timeline, alerts with their evidence and lines, traffic at its worst, what changed in the config.',
  options: [...outputOptions, alertSettingsOption],
  remarks: ['Without --format the end of the name of --output counts: .html, else Markdown. HTML has the topology as a picture in it. The same recording gives the same report; times are those of the machine that recorded, and secrets are masked. With --alert-settings it tells the alerts that other thresholds would have told, and waivers count by the time of the recording.'],
  async run(args, io) {
    const [path] = expectPositionals(args, 1, 1, 'one recording, FILE.lbrec') as [string]
    const format = choiceOf(args, 'format', formats, /\.html?$/i.test(args.value('output') ?? '') ? 'html' : 'markdown')
    const ports = cliPorts(io, args.has('quiet'))
    const alerts = await readAlertSettings(ports, args)
    const opened = await openRecording(ports, path)
    if (!opened.ok) throw new InputError(opened.failure.message)
    const report = await incidentReport(ports, opened.value, format, alerts)
    opened.value.close()
    if (!report.ok) throw new InputError(`${path}: ${report.failure.message}`)
    await deliver(report.value, args, io)
    if (!args.has('quiet')) for (const problem of opened.value.problems) io.err(`${path}: ${problem.message} (byte ${problem.byte})\n`)
    return exitCodes.clean
  },
}
