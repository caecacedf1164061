import type { SupportEntry } from '#shared/dialects/dialect.ts'
import { entriesOf } from './row.ts'
import type { Row, StateLetter } from './row.ts'

type Kind = 'http-request' | 'http-response' | 'http-after-response' | 'tcp-request' | 'tcp-response' | 'quic-initial'

const q: Kind = 'http-request'
const r: Kind = 'http-response'
const f: Kind = 'http-after-response'
const t: Kind = 'tcp-request'
const p: Kind = 'tcp-response'
const every: readonly Kind[] = [q, r, f, t, p]

/** One action, the rule lists that know it, its state on the request side and on the response side. */
type Action = readonly [name: string, kinds: readonly Kind[], request: StateLetter, summary: string, since?: string]

/** Source: HAProxy configuration manual, section 4.3. Response rules come after the server is chosen, so they are inert for routing. */
const actions: readonly Action[] = [
  ['accept', [t, p, 'quic-initial'], 'm', 'Accepts the connection and ends this list of rules.'],
  ['add-acl', [q, r], 'u', 'Adds an entry to a pattern list while running.'],
  ['add-header', [q, r, f], 'm', 'Adds a header, besides those of the same name.'],
  ['add-headers-bin', [q, r, f], 'a', 'Adds headers from their binary form.', '3.4'],
  ['allow', [q, r, f], 'm', 'Ends this list of rules; later phases still run.'],
  ['attach-srv', [t], 'u', 'Makes the connection an idle connection of a server.', '2.9'],
  ['auth', [q], 'm', 'Asks for a user and password.'],
  ['cache-store', [r], 'i', 'Stores the response in a cache.'],
  ['cache-use', [q], 'u', 'Answers from a cache when the response is there.'],
  ['capture', [q, r, f, t], 'i', 'Keeps a value for the log.'],
  ['close', [p], 'i', 'Closes the server connection.'],
  ['connection', [t], 'm', 'Rules that run when the connection is accepted.'],
  ['content', [t, p], 'm', 'Rules that run on the first bytes.'],
  ['del-acl', [q, r], 'u', 'Removes an entry from a pattern list while running.'],
  ['del-header', [q, r, f], 'm', 'Removes a header.'],
  ['del-headers-bin', [q, r, f], 'a', 'Removes headers named in binary form.', '3.4'],
  ['del-map', [q, r], 'u', 'Removes an entry from a map while running.'],
  ['deny', [q, r], 'm', 'Refuses the request with an answer.'],
  ['dgram-drop', ['quic-initial'], 'a', 'Drops the datagram without an answer.', '3.1'],
  ['disable-l7-retry', [q], 'm', 'Turns retries off for this request.'],
  ['do-log', [q, r, f, t, p], 'i', 'Writes a log line.', '3.1'],
  ['do-resolve', [q, t], 'u', 'Looks a name up and keeps its address in a variable.'],
  ['early-hint', [q], 'i', 'Sends a 103 answer first.'],
  ['expect-netscaler-cip', [t], 'a', 'Expects the client address in a NetScaler header.'],
  ['expect-proxy', [t], 'm', 'Expects a PROXY header.'],
  ['inspect-delay', [t, p], 'm', 'Longest wait for the bytes that rules need.'],
  ['lua.*', every, 'u', 'Runs an action registered by a Lua script.'],
  ['normalize-uri', [q], 'm', 'Rewrites the path or query into a normal form.'],
  ['ot-group', every, 'i', 'Runs a group of OpenTracing scopes.'],
  ['otel-group', every, 'i', 'Runs a group of OpenTelemetry scopes.', '3.4'],
  ['pause', [q, r], 'i', 'Waits before going on.', '3.2'],
  ['redirect', [q, r], 'm', 'Redirects.'],
  ['reject', [q, t, p, 'quic-initial'], 'm', 'Closes the connection without an answer.'],
  ['replace-header', [q, r, f], 'm', 'Replaces what a regular expression matches in a header.'],
  ['replace-path', [q], 'm', 'Replaces what a regular expression matches in the path.'],
  ['replace-pathq', [q], 'm', 'Replaces what a regular expression matches in path and query.'],
  ['replace-uri', [q], 'm', 'Replaces what a regular expression matches in the whole target.'],
  ['replace-value', [q, r, f], 'm', 'Replaces what a regular expression matches in each value of a header.'],
  ['return', [q, r], 'm', 'Answers the request itself.'],
  ['sc-add-gpc', every, 'u', 'Adds to a counter of a tracked entry.', '2.8'],
  ['sc-inc-gpc', every, 'u', 'Increments a counter of a tracked entry.'],
  ['sc-inc-gpc0', every, 'u', 'Increments the first counter of a tracked entry.'],
  ['sc-inc-gpc1', every, 'u', 'Increments the second counter of a tracked entry.'],
  ['sc-set-gpt', every, 'u', 'Sets a tag of a tracked entry.'],
  ['sc-set-gpt0', every, 'u', 'Sets the first tag of a tracked entry.'],
  ['send-retry', ['quic-initial'], 'i', 'Makes the client prove its address.', '3.1'],
  ['send-spoe-group', [q, r, t, p], 'u', 'Asks an SPOE agent.'],
  ['session', [t], 'm', 'Rules that run after the TLS handshake.'],
  ['set-bandwidth-limit', [q, r, t, p], 'i', 'Limits the speed of a stream.', '2.7'],
  ['set-bc-mark', [q, t], 'i', 'Sets the network mark of the server connection.', '3.0'],
  ['set-bc-tos', [q, t], 'i', 'Sets the type of service of the server connection.', '3.0'],
  ['set-dst', [q, t], 'm', 'Changes the destination address seen by later rules.'],
  ['set-dst-port', [q, t], 'm', 'Changes the destination port seen by later rules.'],
  ['set-fc-mark', [q, r, t, p], 'i', 'Sets the network mark of the client connection.', '3.0'],
  ['set-fc-tos', [q, r, t, p], 'i', 'Sets the type of service of the client connection.', '3.0'],
  ['set-header', [q, r, f], 'm', 'Sets a header, replacing those of the same name.'],
  ['set-headers-bin', [q, r, f], 'a', 'Sets headers from their binary form.', '3.4'],
  ['set-log-level', [q, r, f, t, p], 'i', 'Changes the level of the log line.'],
  ['set-map', [q, r], 'u', 'Changes an entry of a map while running.'],
  ['set-mark', [q, r, t, p], 'i', 'Sets the network mark of the client connection.'],
  ['set-method', [q], 'm', 'Changes the method.'],
  ['set-nice', [q, r, t, p], 'i', 'Changes the priority of a stream.'],
  ['set-path', [q], 'm', 'Changes the path and keeps the query.'],
  ['set-pathq', [q], 'm', 'Changes path and query.'],
  ['set-priority-class', [q, t], 'i', 'Changes the place in the queue.'],
  ['set-priority-offset', [q, t], 'i', 'Changes the time spent in the queue.'],
  ['set-query', [q], 'm', 'Changes the query.'],
  ['set-retries', [q, t], 'm', 'Changes the number of retries.', '3.2'],
  ['set-src', [q, t], 'm', 'Changes the client address seen by later rules.'],
  ['set-src-port', [q, t], 'm', 'Changes the client port seen by later rules.'],
  ['set-status', [r, f], 'i', 'Changes the status.'],
  ['set-timeout', [q, r], 'i', 'Changes a timeout of this stream.'],
  ['set-tos', [q, r, t, p], 'i', 'Sets the type of service of the client connection.'],
  ['set-uri', [q], 'm', 'Changes the whole target of the request.'],
  ['set-var', every, 'm', 'Sets a variable from a sample expression.'],
  ['set-var-fmt', every, 'm', 'Sets a variable from a format.', '2.5'],
  ['silent-drop', [q, r, t, p], 'm', 'Drops the connection without telling the client.'],
  ['strict-mode', [q, r, f], 'i', 'Whether a failed rewrite is an error.'],
  ['switch-mode', [t], 'a', 'Turns a raw connection into an HTTP one.'],
  ['tarpit', [q], 'm', 'Keeps the client waiting, then refuses.'],
  ['track-sc', [q, r, t], 'u', 'Starts counting in a stick table.'],
  ['track-sc0', [q, r, t], 'u', 'Starts counting in a stick table, first slot.'],
  ['track-sc1', [q, r, t], 'u', 'Starts counting in a stick table, second slot.'],
  ['track-sc2', [q, r, t], 'u', 'Starts counting in a stick table, third slot.'],
  ['unset-var', every, 'm', 'Removes a variable.'],
  ['use-service', [q, t], 'm', 'Answers with a built-in service.'],
  ['wait-for-body', [q, r], 'i', 'Waits for the body.'],
  ['wait-for-handshake', [q], 'i', 'Waits for the end of the TLS handshake.'],
]

const responseKinds: ReadonlySet<Kind> = new Set([r, f, p])

function entriesOfKind(kind: Kind): readonly SupportEntry[] {
  const rows = actions.filter(([, kinds]) => kinds.includes(kind)).map(([name, , request, summary, since]): Row => [name, responseKinds.has(kind) ? 'i' : request, summary, since ?? null])
  return entriesOf(kind, rows)
}

/** Built-in services and filters. */
const services: readonly Row[] = [
  ['haterm', 'a', 'Answers with generated data.', '3.4'],
  ['lua.*', 'u', 'Service registered by a Lua script.'],
  ['prometheus-exporter', 'm', 'Metrics of the process.'],
]
const filters: readonly Row[] = [
  ['bwlim-in', 'i', 'Limits the speed of requests.', '2.7'], ['bwlim-out', 'i', 'Limits the speed of responses.', '2.7'],
  ['cache', 'u', 'Answers from a cache.'], ['comp-req', 'i', 'Compresses requests.', '3.4'], ['comp-res', 'i', 'Compresses responses.', '3.4'], ['compression', 'i', 'Compresses traffic.'],
  ['fcgi-app', 'a', 'Prepares requests for a FastCGI application.'], ['opentelemetry', 'i', 'Distributed tracing.', '3.4'], ['opentracing', 'i', 'Distributed tracing.'],
  ['spoe', 'u', 'Asks an external agent about the traffic.'], ['trace', 'i', 'Prints what passes, for debugging.'],
]

export const actionEntries = [
  ...([...every, 'quic-initial'] as const).flatMap(entriesOfKind),
  ...entriesOf('service', services),
  ...entriesOf('filter', filters),
]
