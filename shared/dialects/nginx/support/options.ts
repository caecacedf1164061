import { wordsOf } from './row.ts'
import type { WordRow } from './row.ts'

const serverOptions: readonly WordRow[] = [
  ['weight', 'm', 'Share of the server among the others; 1 by default.'], ['max_conns', 'a', 'Most connections of the server, for each worker unless the group has a zone.'],
  ['max_fails', 'a', 'Failures after which the server is left out for a while; 0 never leaves it out.'], ['fail_timeout', 'a', 'How long failures are counted, and how long the server is then left out.'],
  ['backup', 'm', 'Used only when no other server is available.'], ['down', 'm', 'Never used.'], ['resolve', 'a', 'Follows changes of the addresses behind the name.', '1.27.3'],
  ['service', 'a', 'Takes addresses and ports from a service record.', '1.27.3'], ['slow_start', 'u', 'Raises the weight slowly after a failure (commercial).'], ['route', 'u', 'Name of the server for sticky sessions.', '1.29.6'], ['drain', 'u', 'Gets only requests of its own sessions.', '1.29.6'],
]

const listenOptions: readonly WordRow[] = [
  ['default_server', 'm', 'Takes what no name of this address matches.'], ['default', 'm', 'Old name of default_server.'], ['ssl', 'm', 'TLS on this address, for all its servers.'], ['http2', 'm', 'HTTP/2 on this address, for all its servers.'], ['spdy', 'i', 'Predecessor of HTTP/2, ignored.'],
  ['quic', 'a', 'QUIC on this address.', '1.25.0'], ['proxy_protocol', 'm', 'Expects the PROXY header on this address, for all its servers.'], ['udp', 'm', 'Datagrams instead of connections.'], ['ipv6only', 'm', 'Whether an IPv6 address takes IPv4 as well.'],
  ['reuseport', 'i', 'A socket for each worker.'], ['backlog', 'i', 'Length of the queue of waiting connections.'], ['bind', 'i', 'A socket of its own for this address.'], ['deferred', 'i', 'Waits for data before accepting.'], ['fastopen', 'i', 'Data in the first packet.'], ['setfib', 'i', 'Routing table of the socket.'],
  ['rcvbuf', 'i', 'Receive buffer.'], ['sndbuf', 'i', 'Send buffer.'], ['accept_filter', 'i', 'Filter of the kernel.'], ['so_keepalive', 'i', 'Probes idle connections.'],
]

const mapWords: readonly WordRow[] = [
  ['default', 'm', 'Value when nothing matches.'], ['hostnames', 'm', 'Keys may be host names with a wildcard.'], ['volatile', 'i', 'Looks the value up at each use.'], ['include', 'm', 'Takes more lines from a file.'],
]

const geoWords: readonly WordRow[] = [
  ['default', 'm', 'Value when no network matches.'], ['include', 'm', 'Takes more lines from a file.'], ['delete', 'a', 'Removes a network again.'], ['proxy', 'a', 'Proxies whose X-Forwarded-For is believed.'], ['proxy_recursive', 'a', 'Passes over trusted addresses in X-Forwarded-For.'], ['ranges', 'a', 'Lines hold ranges of addresses.'],
]

const rewriteFlags: readonly WordRow[] = [
  ['last', 'm', 'Ends the list and looks for a location again.'], ['break', 'm', 'Ends the list and stays in the location.'], ['redirect', 'm', 'Redirects with 302.'], ['permanent', 'm', 'Redirects with 301.'],
]

const modifiers: readonly WordRow[] = [
  ['=', 'm', 'The path is exactly this text.'], ['^~', 'm', 'The path starts with this text, and no regular expression is tried after it.'], ['~', 'm', 'The path matches this regular expression.'], ['~*', 'm', 'The path matches this regular expression in either case.'],
]

/** Words behind directives that say something of their own. */
export const optionEntries = [
  ...wordsOf('server-option', serverOptions), ...wordsOf('listen-option', listenOptions), ...wordsOf('map', mapWords), ...wordsOf('geo', geoWords),
  ...wordsOf('rewrite-flag', rewriteFlags), ...wordsOf('location-modifier', modifiers), ...wordsOf('split_clients', [['*', 'm', 'Everything that is left.']]),
]
