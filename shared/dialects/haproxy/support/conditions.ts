import { entriesOf } from './row.ts'
import type { Row } from './row.ts'

/** Flags and match methods of an `acl`. Source: HAProxy configuration manual, section 7.1. */
const flags: readonly Row[] = [
  ['--', 'm', 'Ends the flags.'], ['-M', 'm', 'Loads the file as a map.'], ['-f', 'm', 'Loads patterns from a file.'], ['-i', 'm', 'Ignores case for the patterns behind it.'],
  ['-m', 'm', 'Chooses the match method.'], ['-n', 'm', 'Does not look names up.'], ['-u', 'm', 'Unique id of the test for run-time changes.'],
]
const methods: readonly Row[] = [
  ['beg', 'm', 'The sample starts with the pattern.'], ['bin', 'a', 'The bytes are equal.'], ['bool', 'm', 'The truth value.'], ['dir', 'm', 'Whole parts between slashes are equal.'], ['dom', 'm', 'Whole parts between dots are equal.'],
  ['end', 'm', 'The sample ends with the pattern.'], ['found', 'm', 'The sample exists.'], ['int', 'm', 'The number is in the range.'], ['ip', 'm', 'The address is in the network.'], ['len', 'm', 'The length is in the range.'], ['reg', 'm', 'The regular expression matches.'],
  ['str', 'm', 'The text is equal.'], ['sub', 'm', 'The sample contains the pattern.'],
]
const predefined: readonly Row[] = [
  ['FALSE', 'm', 'Never true.'], ['HTTP', 'm', 'The bytes look like HTTP.'], ['HTTP_1.0', 'm', 'HTTP version 1.0.'], ['HTTP_1.1', 'm', 'HTTP version 1.1.'], ['HTTP_2.0', 'm', 'HTTP version 2.'], ['HTTP_3.0', 'm', 'HTTP version 3.', '2.8'],
  ['HTTP_CONTENT', 'm', 'The request announces a body.'], ['HTTP_URL_ABS', 'm', 'The target is absolute.'], ['HTTP_URL_SLASH', 'm', 'The target starts with a slash.'], ['HTTP_URL_STAR', 'm', 'The target is an asterisk.'], ['LOCALHOST', 'm', 'The client is this machine.'],
  ['METH_CONNECT', 'm', 'Method CONNECT.'], ['METH_DELETE', 'm', 'Method DELETE.'], ['METH_GET', 'm', 'Method GET or HEAD.'], ['METH_HEAD', 'm', 'Method HEAD.'], ['METH_OPTIONS', 'm', 'Method OPTIONS.'], ['METH_POST', 'm', 'Method POST.'], ['METH_PUT', 'm', 'Method PUT.'], ['METH_TRACE', 'm', 'Method TRACE.'],
  ['RDP_COOKIE', 'u', 'There is an RDP cookie.'], ['REQ_CONTENT', 'a', 'There are bytes in the request.'], ['TRUE', 'm', 'Always true.'], ['WAIT_END', 'm', 'The inspection delay has passed.'],
]
const formats: readonly Row[] = [
  ['%B', 'i', 'Bytes sent to the client.'], ['%CC', 'i', 'Captured request cookie.'], ['%CS', 'i', 'Captured response cookie.'], ['%H', 'i', 'Host name.'], ['%HM', 'm', 'Method.'], ['%HP', 'm', 'Path.'], ['%HPO', 'm', 'Path without host.'], ['%HQ', 'm', 'Query with its question mark.'], ['%HU', 'm', 'Target.'], ['%HV', 'u', 'HTTP version.'],
  ['%ID', 'i', 'Unique id.'], ['%OG', 'i', 'Origin of the log.', '3.1'], ['%ST', 'i', 'Status.'], ['%T', 'i', 'UTC time.'], ['%Ta', 'i', 'Active time.'], ['%Tc', 'i', 'Connect time.'], ['%Td', 'i', 'Data time.'], ['%Th', 'i', 'Handshake time.'], ['%Ti', 'i', 'Idle time.'], ['%Tl', 'i', 'Local time.'], ['%Tq', 'i', 'Request time.'], ['%TR', 'i', 'Time to receive the request.'], ['%Tr', 'i', 'Response time.'], ['%Ts', 'i', 'Timestamp.'], ['%Tt', 'i', 'Total time.'], ['%Tu', 'i', 'Time seen by the user.'], ['%Tw', 'i', 'Queue time.'],
  ['%U', 'i', 'Bytes received from the client.'], ['%ac', 'i', 'Connections of the process.'], ['%b', 'm', 'Name of the pool.'], ['%bc', 'i', 'Connections of the pool.'], ['%bi', 'i', 'Address the balancer connects from.'], ['%bp', 'i', 'Port the balancer connects from.'], ['%bq', 'i', 'Queue of the pool.'], ['%ci', 'm', 'Client address.'], ['%cp', 'm', 'Client port.'], ['%f', 'm', 'Name of the frontend.'], ['%fc', 'i', 'Connections of the frontend.'], ['%fi', 'm', 'Address the client connected to.'], ['%fp', 'm', 'Port the client connected to.'], ['%ft', 'm', 'Name of the frontend, with a mark for TLS.'],
  ['%hr', 'i', 'Captured request headers.'], ['%hrl', 'i', 'Captured request headers as a list.'], ['%hs', 'i', 'Captured response headers.'], ['%hsl', 'i', 'Captured response headers as a list.'], ['%lc', 'i', 'Number of the log line.'], ['%ms', 'i', 'Milliseconds.'], ['%pid', 'i', 'Process id.'], ['%r', 'u', 'Request line.'], ['%rc', 'i', 'Retries.'], ['%rt', 'i', 'Number of the request.'], ['%s', 'i', 'Name of the server.'], ['%sc', 'i', 'Connections of the server.'], ['%si', 'i', 'Server address.'], ['%sp', 'i', 'Server port.'], ['%sq', 'i', 'Queue of the server.'], ['%sslc', 'i', 'TLS cipher.'], ['%sslv', 'i', 'TLS version.'], ['%t', 'i', 'Time.'], ['%tr', 'i', 'Time of the request.'], ['%trg', 'i', 'UTC time of the request.'], ['%trl', 'i', 'Local time of the request.'], ['%ts', 'i', 'How the session ended.'], ['%tsc', 'i', 'How the session ended, with the cookie state.'],
]
const directives: readonly Row[] = [
  ['.alert', 'i', 'Prints a message and refuses to start.'], ['.diag', 'i', 'Prints a message in diagnostic mode.'], ['.elif', 'm', 'Keeps the lines below when no branch above was taken and the condition holds.'], ['.else', 'm', 'Keeps the lines below when no branch above was taken.'],
  ['.endif', 'm', 'Ends the block.'], ['.if', 'm', 'Keeps the lines below when the condition holds.'], ['.notice', 'i', 'Prints a message at start.'], ['.warning', 'i', 'Prints a warning at start.'],
]
const predicates: readonly Row[] = [
  ['awslc_api_atleast', 'u', 'Version of the AWS-LC library.', '3.2'], ['awslc_api_before', 'u', 'Version of the AWS-LC library.', '3.2'], ['defined', 'm', 'Whether an environment variable is set.'], ['enabled', 'u', 'Whether a run-time feature is on.', '2.8'], ['feature', 'm', 'Whether HAProxy was built with a feature.'],
  ['openssl_version_atleast', 'u', 'Version of the TLS library.', '2.5'], ['openssl_version_before', 'u', 'Version of the TLS library.', '2.5'], ['ssllib_name_startswith', 'u', 'Name of the TLS library.', '2.6'], ['streq', 'm', 'Whether two texts are equal.'], ['strneq', 'm', 'Whether two texts differ.'], ['strstr', 'm', 'Whether the first text contains the second.', '2.8'],
  ['version_atleast', 'm', 'Whether HAProxy is at least this version.'], ['version_before', 'm', 'Whether HAProxy is older than this version.'],
]

export const conditionEntries = [
  ...entriesOf('acl-flag', flags), ...entriesOf('match', methods), ...entriesOf('predefined-acl', predefined), ...entriesOf('log-format', formats), ...entriesOf('directive', directives), ...entriesOf('predicate', predicates),
]
