import { entriesOf } from './row.ts'
import type { Row } from './row.ts'

/** Names behind `option`. Source: HAProxy configuration manual, section 4.2. */
const options: readonly Row[] = [
  ['abortonclose', 'i', 'Drops waiting requests whose client has gone.'],
  ['accept-invalid-http-request', 'a', 'Accepts requests that break the HTTP grammar.', null, '3.3'],
  ['accept-invalid-http-response', 'i', 'Accepts responses that break the HTTP grammar.', null, '3.3'],
  ['accept-unsafe-violations-in-http-request', 'a', 'Accepts requests that break the HTTP grammar.', '3.0'],
  ['accept-unsafe-violations-in-http-response', 'i', 'Accepts responses that break the HTTP grammar.', '3.0'],
  ['allbackups', 'm', 'Uses all backup servers at once instead of the first.'],
  ['assume-rfc6587-ntf', 'i', 'Framing of received log messages.', '3.1'],
  ['checkcache', 'i', 'Blocks responses that would let a cache keep a cookie.'],
  ['clitcpka', 'i', 'TCP keep-alive towards clients.'],
  ['contstats', 'i', 'Counts bytes while they flow.'],
  ['disable-h2-upgrade', 'i', 'Refuses the switch from HTTP/1 to HTTP/2.'],
  ['dont-parse-log', 'i', 'Forwards log messages as they are.', '3.1'],
  ['dontlog-normal', 'i', 'Logs only failures.'],
  ['dontlognull', 'i', 'Leaves empty connections out of the log.'],
  ['external-check', 'm', 'Checks health with a program.'],
  ['forceclose', 'i', 'Old form of closing after each response.', null, '2.4'],
  ['forwardfor', 'a', 'Adds the client address in a header.'],
  ['forwarded', 'a', 'Adds the standard Forwarded header.', '2.8'],
  ['h1-case-adjust-bogus-client', 'i', 'Special spelling of header names towards clients.'],
  ['h1-case-adjust-bogus-server', 'i', 'Special spelling of header names towards servers.'],
  ['http-buffer-request', 'i', 'Waits for the body before the rules run.'],
  ['http-drop-request-trailers', 'i', 'Drops trailers of requests.', '3.1'],
  ['http-drop-response-trailers', 'i', 'Drops trailers of responses.', '3.1'],
  ['http-ignore-probes', 'i', 'Does not answer or log empty connections of browsers.'],
  ['http-keep-alive', 'i', 'Keeps connections open after a response.'],
  ['http-no-delay', 'i', 'Sends every piece at once.'],
  ['http-pretend-keepalive', 'i', 'Tells servers the connection stays open.'],
  ['http-restrict-req-hdr-names', 'a', 'What happens to requests with unusual header names.', '2.6'],
  ['http-server-close', 'i', 'Closes the server connection after each response.'],
  ['http-use-htx', 'i', 'Internal format of messages.', null, '2.4'],
  ['http-use-proxy-header', 'i', 'Reads Proxy-Connection instead of Connection.'],
  ['httpchk', 'm', 'Checks health with an HTTP request.'],
  ['httpclose', 'i', 'Closes after each response.'],
  ['httplog', 'i', 'Log format for HTTP.'],
  ['httpslog', 'i', 'Log format for HTTPS.', '2.5'],
  ['idle-close-on-response', 'i', 'Closes idle connections only after a response during a soft stop.'],
  ['independent-streams', 'i', 'Counts the timeouts of both directions apart.'],
  ['ldap-check', 'm', 'Checks health with an LDAP request.'],
  ['log-health-checks', 'i', 'Logs changes of health.'],
  ['log-separate-errors', 'i', 'Logs failures with a higher level.'],
  ['logasap', 'i', 'Logs before the response has ended.'],
  ['mysql-check', 'm', 'Checks health with a MySQL handshake.'],
  ['nolinger', 'i', 'Closes sockets without waiting.'],
  ['originalto', 'a', 'Adds the original destination in a header.'],
  ['persist', 'm', 'Sends requests with a cookie to their server even when it is down.'],
  ['pgsql-check', 'm', 'Checks health with a PostgreSQL handshake.'],
  ['prefer-last-server', 'a', 'Stays on the last server of the connection when possible.'],
  ['redis-check', 'm', 'Checks health with a Redis ping.'],
  ['redispatch', 'm', 'Lets a retry go to another server.'],
  ['smtpchk', 'm', 'Checks health with an SMTP greeting.'],
  ['socket-stats', 'i', 'Statistics of each listener.'],
  ['splice-auto', 'i', 'Kernel splicing when it seems useful.'],
  ['splice-request', 'i', 'Kernel splicing of requests.'],
  ['splice-response', 'i', 'Kernel splicing of responses.'],
  ['spop-check', 'm', 'Checks health of an SPOE agent.'],
  ['srvtcpka', 'i', 'TCP keep-alive towards servers.'],
  ['ssl-hello-chk', 'm', 'Checks health with a TLS hello.'],
  ['tcp-check', 'm', 'Checks health with a script of bytes.'],
  ['tcp-smart-accept', 'i', 'Saves one packet when a connection is accepted.'],
  ['tcp-smart-connect', 'i', 'Saves one packet when a connection is opened.'],
  ['tcpka', 'i', 'TCP keep-alive on both sides.'],
  ['tcplog', 'i', 'Log format for TCP.'],
  ['tcpsplice', 'i', 'Old splicing option.', null, '2.4'],
  ['transparent', 'a', 'Connects to the address the client asked for.', null, '3.4'],
  ['use-small-buffers', 'i', 'Small buffers for some kinds of traffic.', '3.4'],
]

const timeouts: readonly Row[] = [
  ['check', 'i', 'Longest health check after connecting.'],
  ['client', 'i', 'Longest silence of a client.'],
  ['client-fin', 'i', 'Longest silence of a client that has half closed.'],
  ['client-hs', 'i', 'Longest TLS handshake with a client.', '2.9'],
  ['connect', 'i', 'Longest wait for a connection to a server.'],
  ['http-keep-alive', 'i', 'Longest wait for the next request.'],
  ['http-request', 'i', 'Longest wait for a complete request.'],
  ['queue', 'i', 'Longest wait for a free server.'],
  ['server', 'i', 'Longest silence of a server.'],
  ['server-fin', 'i', 'Longest silence of a server that has half closed.'],
  ['tarpit', 'i', 'How long a tarpitted client is kept waiting.'],
  ['tunnel', 'i', 'Longest silence of a tunnel.'],
]

/** Algorithms behind `balance`. */
const balances: readonly Row[] = [
  ['first', 'm', 'Fills the first server before the next.'],
  ['hash', 'm', 'Hashes a sample expression.', '2.6'],
  ['hdr', 'm', 'Hashes a request header.'],
  ['leastconn', 'm', 'Prefers the server with the fewest connections.'],
  ['log-hash', 'u', 'Hashes a log message.', '2.9'],
  ['random', 'm', 'Draws servers at random and takes the least loaded.'],
  ['rdp-cookie', 'u', 'Hashes the RDP cookie.'],
  ['roundrobin', 'm', 'Takes servers in turn by weight; weights may change while running.'],
  ['source', 'm', 'Hashes the client address.'],
  ['static-rr', 'm', 'Takes servers in turn by fixed weights.'],
  ['sticky', 'u', 'Stays on one log server until it fails.', '2.9'],
  ['uri', 'm', 'Hashes the path, with options for its length and query.'],
  ['url_param', 'm', 'Hashes one query parameter.'],
]

const hashTypes: readonly Row[] = [
  ['avalanche', 'm', 'Mixes the hash once more.'],
  ['consistent', 'm', 'Keeps most clients where they are when servers come or go.'],
  ['crc32', 'm', 'CRC32 hash function.'],
  ['djb2', 'm', 'DJB2 hash function.'],
  ['map-based', 'm', 'Takes the hash modulo the total weight.'],
  ['none', 'm', 'Uses the key itself as the hash.', '2.9'],
  ['sdbm', 'm', 'SDBM hash function.'],
  ['wt6', 'm', 'WT6 hash function.'],
]

const modes: readonly Row[] = [
  ['haterm', 'u', 'Answers requests with generated data.', '3.4'],
  ['health', 'u', 'Answers OK and closes.', null, '2.4'],
  ['http', 'm', 'Works on requests.'],
  ['log', 'u', 'Spreads log messages.', '2.9'],
  ['spop', 'u', 'Speaks to SPOE agents.', '3.1'],
  ['tcp', 'm', 'Works on raw connections.'],
]

const cookies: readonly Row[] = [
  ['attr', 'i', 'Extra attribute of the cookie.'],
  ['domain', 'i', 'Domain of the cookie.'],
  ['dynamic', 'u', 'Computes cookie values from server addresses.'],
  ['httponly', 'i', 'Hides the cookie from scripts.'],
  ['indirect', 'a', 'Hides the cookie from the server.'],
  ['insert', 'm', 'Adds the cookie to responses.'],
  ['maxidle', 'u', 'Ignores cookies that were not used for too long.'],
  ['maxlife', 'u', 'Ignores cookies that are too old.'],
  ['nocache', 'i', 'Keeps responses with the cookie out of caches.'],
  ['postonly', 'a', 'Adds the cookie only to answers to POST.'],
  ['prefix', 'm', 'Puts the server name in front of a cookie of the application.'],
  ['preserve', 'a', 'Keeps a cookie the server sets itself.'],
  ['rewrite', 'm', 'Changes a cookie of the application.'],
  ['secure', 'i', 'Sends the cookie over TLS only.'],
]

const redirects: readonly Row[] = [
  ['append-slash', 'm', 'Adds a slash to a path that has none at its end.'],
  ['clear-cookie', 'i', 'Deletes a cookie with the redirect.'],
  ['code', 'm', 'Status of the redirect.'],
  ['drop-query', 'm', 'Leaves the query out.'],
  ['ignore-empty', 'm', 'Does nothing when the target is empty.', '2.6'],
  ['keep-query', 'm', 'Keeps the query with a location.', '3.1'],
  ['location', 'm', 'Redirects to this address.'],
  ['prefix', 'm', 'Redirects to this text followed by path and query.'],
  ['scheme', 'm', 'Redirects to the same address under another scheme.'],
  ['set-cookie', 'i', 'Sets a cookie with the redirect.'],
  ['set-cookie-fmt', 'i', 'Sets a cookie built from a format with the redirect.', '2.7'],
]

const sticks: readonly Row[] = [
  ['match', 'm', 'Looks the key of a request up in a stick table.'],
  ['on', 'm', 'Looks up and stores the key of a request.'],
  ['store-request', 'm', 'Stores the key of a request for its server.'],
  ['store-response', 'm', 'Stores a key of the response for its server.'],
]

const statsRows: readonly Row[] = [
  ['admin', 'm', 'Allows changes on the statistics page when a condition holds.'],
  ['auth', 'm', 'User and password of the statistics page.'],
  ['bind-process', 'i', 'Processes of the control socket.', null, '2.4'],
  ['enable', 'm', 'Switches the statistics page on.'],
  ['hide-version', 'i', 'Hides the version on the statistics page.'],
  ['http-request', 'm', 'Rule on requests for the statistics page.'],
  ['maxconn', 'i', 'Most connections of the control socket.'],
  ['realm', 'i', 'Text of the password dialog.'],
  ['refresh', 'i', 'Refresh interval of the statistics page.'],
  ['scope', 'i', 'Proxies shown on the statistics page.'],
  ['show-desc', 'i', 'Shows a description on the statistics page.'],
  ['show-legends', 'i', 'Shows details on the statistics page.'],
  ['show-modules', 'i', 'Shows module counters on the statistics page.'],
  ['show-node', 'i', 'Shows the node name on the statistics page.'],
  ['show-version', 'i', 'Shows the version on the statistics page.', '3.0'],
  ['socket', 'i', 'Control socket.'],
  ['timeout', 'i', 'Timeout of the control socket.'],
  ['uri', 'm', 'Path of the statistics page.'],
]

const httpChecks: readonly Row[] = [
  ['comment', 'i', 'Comment for the log of a check.'],
  ['connect', 'm', 'Opens the connection of a check.'],
  ['disable-on-404', 'm', 'Drains a server that answers 404.'],
  ['expect', 'm', 'What the answer of a check must look like.'],
  ['send', 'm', 'Request of a check.'],
  ['send-state', 'i', 'Tells the server its state in a header.'],
  ['set-var', 'i', 'Sets a variable during a check.'],
  ['set-var-fmt', 'i', 'Sets a variable from a format during a check.', '2.5'],
  ['unset-var', 'i', 'Removes a variable during a check.'],
]

const tcpChecks: readonly Row[] = [
  ['comment', 'i', 'Comment for the log of a check.'],
  ['connect', 'm', 'Opens the connection of a check.'],
  ['expect', 'm', 'Bytes a check expects.'],
  ['send', 'm', 'Text a check sends.'],
  ['send-binary', 'm', 'Bytes a check sends.'],
  ['send-binary-lf', 'm', 'Bytes from a format a check sends.'],
  ['send-lf', 'm', 'Text from a format a check sends.'],
  ['set-var', 'i', 'Sets a variable during a check.'],
  ['set-var-fmt', 'i', 'Sets a variable from a format during a check.', '2.5'],
  ['unset-var', 'i', 'Removes a variable during a check.'],
]

const hashed: readonly Row[] = [
  ['from', 'i', 'Sender of alert mails.'], ['level', 'i', 'Lowest level that sends a mail.'], ['mailers', 'i', 'Mail servers for alerts.'],
  ['myhostname', 'i', 'Host name used towards mail servers.'], ['to', 'i', 'Receiver of alert mails.'],
]

const compressions: readonly Row[] = [
  ['algo', 'i', 'Compression algorithms.'], ['algo-req', 'i', 'Compression algorithms of requests.', '2.8'], ['algo-res', 'i', 'Compression algorithms of responses.', '2.8'],
  ['direction', 'i', 'Whether requests, responses or both are compressed.', '2.8'], ['minsize-req', 'i', 'Smallest request that is compressed.', '3.2'],
  ['minsize-res', 'i', 'Smallest response that is compressed.', '3.2'], ['offload', 'i', 'Hides the wish for compression from servers.'],
  ['type', 'i', 'Content types that are compressed.'], ['type-req', 'i', 'Content types of requests that are compressed.', '2.8'], ['type-res', 'i', 'Content types of responses that are compressed.', '2.8'],
]

const retryOn: readonly Row[] = [
  ['0rtt-rejected', 'a', 'Retries when early data was refused.'], ['all-retryable-errors', 'm', 'Retries every failure that may be retried.'],
  ['conn-failure', 'm', 'Retries failed connections.'], ['empty-response', 'm', 'Retries when the server closed without answering.'],
  ['junk-response', 'm', 'Retries when the answer is no HTTP.'], ['none', 'm', 'Retries nothing.'], ['receiver-would-overflow', 'i', 'Retries when a log server is full.', '3.4'],
  ['response-timeout', 'm', 'Retries when the server is too slow.'],
  ...['401', '403', '404', '408', '421', '425', '429', '500', '501', '502', '503', '504'].map((status): Row => [status, 'm', `Retries when the server answers ${status}.`]),
]

export const optionEntries = [
  ...entriesOf('option', options), ...entriesOf('timeout', timeouts), ...entriesOf('balance', balances), ...entriesOf('hash-type', hashTypes),
  ...entriesOf('mode', modes), ...entriesOf('cookie', cookies), ...entriesOf('redirect', redirects), ...entriesOf('stick', sticks),
  ...entriesOf('stats', statsRows), ...entriesOf('http-check', httpChecks), ...entriesOf('tcp-check', tcpChecks),
  ...entriesOf('email-alert', hashed), ...entriesOf('compression', compressions), ...entriesOf('retry-on', retryOn),
]
