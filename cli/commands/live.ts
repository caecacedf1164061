import { alertSettingsOption } from '#cli/alert-settings.ts'
import { expectPositionals, readingOptions } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { UsageError } from '#cli/io.ts'
import { recordingOptions } from '#cli/record-live.ts'
import { isRecordingName, showRecording } from '#cli/replay-live.ts'
import { watchSource } from '#cli/watch-live.ts'

export const command: Command = {
  usage: 'live SOURCE [--config CONFIG] [--once] [--alerts [--alert-settings FILE] [--webhook URL]] [--interval SECONDS] [--record FILE] [--format text|json]\n       steelyard live CONFIG --source SOURCE\n       steelyard live FILE.lbrec [--speed N] [--once] [--alerts [--alert-settings FILE]] [--format text|json]',
  summary: 'Shows where the traffic of a running balancer goes, against what the config says. Reads only.',
  options: [
    ...readingOptions,
    { name: 'config', value: 'CONFIG', help: 'config to compare with; its shares are expected, and what runs otherwise is listed' },
    { name: 'source', value: 'SOURCE', help: 'where to ask; then CONFIG is the argument' },
    { name: 'known-good', value: 'CONFIG', help: 'last known good config: shares are judged against it, too' },
    { name: 'alerts', value: null, help: 'say what is wrong; exit code 1 when something is at the end' },
    { name: 'webhook', value: 'URL', help: 'POST each alert that begins or ends there, as one JSON object; https, or http on this machine' },
    alertSettingsOption,
    { name: 'once', value: null, help: 'two polls (five with --alerts), one table, and the end' },
    { name: 'interval', value: 'SECONDS', help: 'time between polls, 1 to 300 (default 5; 1 with --once)' },
    { name: 'since', value: 'TIME', help: 'begin with what a Prometheus server knows of the last TIME, as 90s, 30m or 6h' },
    { name: 'token-from', value: 'VARIABLE', help: 'send the token that this environment variable holds' },
    { name: 'count', value: 'N', help: 'end after N polls, failed ones included' },
    { name: 'json', value: null, help: 'the same as --format json' },
    ...recordingOptions,
    { name: 'speed', value: 'N', help: 'show a recording N times as fast as it was, 1 to 60 (default 1; with --once or JSON as fast as it goes)' },
  ],
  remarks: [
    'SOURCE is the path of a stats socket of HAProxy, HOST:PORT of one, or the http or https address of its statistics page. A word before an address names another source: apache:URL (balancer manager), apache-status:URL (server-status), caddy:URL (administration), caddy-log:FILE (access log with X-Upstream), envoy:URL (administration), haproxy-log:FILE (httplog or tcplog), haproxy-master:SOCKET (all processes of a HAProxy), haproxy-metrics:URL (metrics of HAProxy), nginx-log:FILE (access log of nginx with $upstream_addr), nginx-plus:URL (API of nginx Plus), nginx-status:URL (stub_status of nginx, totals only), nginx-vts:URL (vhost_traffic_status), prometheus:URL?LABEL=VALUE (balancers that a Prometheus server scrapes, chosen by labels), traefik:URL (API and metrics).',
    'Only these commands are sent to a socket: user, show info, show stat, show servers state. The first gives up every right to change anything.',
    'Shares are judged against the state and weights of the servers; how long it takes depends on the traffic. A failed poll is said and tried again; with --once it ends with exit code 3.',
    'With --format json each poll is one line. Alerts that only inform do not make the exit code 1.',
    'A recording holds every poll, what was told, and the configs with secrets masked. Given as SOURCE it is shown again with the same alerts; --config and --known-good replace its configs, and with --alert-settings the alerts are those that other thresholds would have told.',
  ],
  async run(args, io) {
    const [argument] = expectPositionals(args, 1, 1, args.has('source') ? 'one CONFIG, with the source in --source' : 'one SOURCE') as [string]
    if (args.has('source') && args.has('config')) throw new UsageError('With --source the config is the argument; leave --config out.')
    const written = args.value('source') ?? argument
    const config = args.has('source') ? argument : args.value('config')
    return isRecordingName(written) ? showRecording(args, io, written, config) : watchSource(args, io, written, config)
  },
}
