import { entriesOf } from './row.ts'
import type { Row } from './row.ts'

const sections: readonly Row[] = [
  ['acme', 'i', 'Automatic certificates.', '3.2'], ['backend', 'm', 'A pool of servers and its rules.'], ['cache', 'a', 'A cache that rules may answer from.'], ['crt-store', 'a', 'Certificates and their parts under names.', '3.0'], ['defaults', 'm', 'Settings for the proxies below it.'], ['fcgi-app', 'u', 'A FastCGI application.'], ['frontend', 'm', 'Listeners and the rules that choose a pool.'], ['global', 'm', 'Settings of the process.'],
  ['healthcheck', 'a', 'A health check that servers may share.', '3.4'], ['http-errors', 'a', 'Answers of the balancer for error statuses.'], ['listen', 'm', 'A frontend and its pool in one section.'], ['log-forward', 'i', 'Receives and forwards log messages.'], ['log-profile', 'i', 'What is logged at which moment.', '3.1'], ['mailers', 'i', 'Mail servers for alerts.', null, '3.2'], ['namespace_list', 'i', 'Network namespaces.'],
  ['peers', 'i', 'Other load balancers that share stick tables.'], ['program', 'i', 'A program started beside HAProxy.', null, '3.2'], ['resolvers', 'a', 'DNS servers that keep server addresses up to date.'], ['ring', 'i', 'A buffer in memory for log messages.'], ['traces', 'i', 'Internal traces.', '3.1'], ['userlist', 'm', 'Users and groups for authentication.'],
]

/** Lines of the sections that are neither global nor a proxy, by section. */
const lines: Readonly<Record<string, readonly Row[]>> = {
  acme: [
    ['account-key', 'i', 'File of the account key.', '3.2'], ['bits', 'i', 'Size of RSA keys.', '3.2'], ['challenge', 'i', 'How ownership is proved.', '3.2'], ['challenge-ready', 'i', 'What is waited for before the challenge.', '3.4'], ['contact', 'i', 'Contact address of the account.', '3.2'], ['curves', 'i', 'Curve of keys.', '3.2'], ['directory', 'i', 'Address of the authority.', '3.2'], ['dns-delay', 'i', 'Wait before DNS is tested.', '3.4'],
    ['keytype', 'i', 'Kind of keys.', '3.2'], ['map', 'i', 'Map that holds challenges.', '3.2'], ['profile', 'i', 'Profile of certificates.', '3.3'], ['provider-name', 'i', 'Name of the DNS provider.', '3.3'], ['acme-vars', 'i', 'Variables for the DNS provider.', '3.3'], ['reuse-key', 'i', 'Keeps the key when a certificate is renewed.', '3.3'],
  ],
  cache: [
    ['max-age', 'i', 'Longest life of an entry.'], ['max-object-size', 'i', 'Largest entry.'], ['max-secondary-entries', 'i', 'Most variants of one entry.'], ['process-vary', 'i', 'Keeps variants by request headers.'], ['total-max-size', 'i', 'Size of the cache.'],
  ],
  'crt-store': [['crt-base', 'i', 'Folder of certificates.', '3.0'], ['key-base', 'i', 'Folder of keys.', '3.0'], ['load', 'a', 'Loads one certificate with its parts.', '3.0']],
  'fcgi-app': [
    ['acl', 'u', 'Names a test.'], ['docroot', 'u', 'Document root.'], ['get-values', 'u', 'Asks the application for its limits.'], ['index', 'u', 'Index file.'], ['log-stderr', 'i', 'Where error output goes.'], ['max-reqs', 'i', 'Most requests per connection.'], ['mpxs-conns', 'i', 'Several requests per connection.'], ['option', 'u', 'Behaviour of the application.'], ['pass-header', 'u', 'Passes a header on.'], ['path-info', 'u', 'How script name and path are split.'], ['set-param', 'u', 'Sets a parameter.'],
  ],
  healthcheck: [['http-check', 'm', 'Step of an HTTP health check.', '3.4'], ['option', 'm', 'Kind of health check.', '3.4'], ['tcp-check', 'm', 'Step of a TCP health check.', '3.4'], ['type', 'm', 'Kind of health check.', '3.4']],
  'http-errors': [['errorfile', 'a', 'Answer for one status, from a file.']],
  'log-forward': [['backlog', 'i', 'Length of the queue of connections not accepted yet.'], ['bind', 'i', 'Address for log messages over TCP.'], ['dgram-bind', 'i', 'Address for log messages over UDP.'], ['log', 'i', 'Where messages are sent on.'], ['maxconn', 'i', 'Most connections.'], ['option', 'i', 'How messages are read.', '3.2'], ['timeout', 'i', 'Longest silence of a client.']],
  'log-profile': [['log-tag', 'i', 'Program name put into messages.', '3.1'], ['on', 'i', 'Format at one moment.', '3.1']],
  mailers: [['mailer', 'i', 'One mail server.'], ['timeout', 'i', 'Longest delivery.']],
  namespace_list: [['namespace', 'i', 'One network namespace.']],
  peers: [
    ['bind', 'i', 'Address peers connect to.'], ['default-bind', 'i', 'Options of that address.'], ['default-server', 'i', 'Options of the peers below.'], ['disabled', 'i', 'Switches the section off.'], ['enable', 'i', 'Switches the section on.'], ['enabled', 'i', 'Switches the section on.'], ['log', 'i', 'Where log messages go.'], ['peer', 'i', 'One peer.'], ['server', 'i', 'One peer, with server options.'], ['shards', 'i', 'Parts the tables are spread over.', '2.7'], ['table', 'a', 'A stick table shared by peers.'],
  ],
  program: [['command', 'i', 'Command line.'], ['group', 'i', 'Group of the program.'], ['option', 'i', 'What happens to it on reload.'], ['user', 'i', 'User of the program.']],
  resolvers: [['accepted_payload_size', 'i', 'Largest DNS answer.'], ['hold', 'a', 'How long an answer is kept.'], ['nameserver', 'a', 'One DNS server.'], ['parse-resolv-conf', 'a', 'Takes the DNS servers of the system.'], ['resolve_retries', 'i', 'Queries before giving up.'], ['timeout', 'i', 'Time between queries.']],
  ring: [['backing-file', 'i', 'File that holds the buffer.', '2.7'], ['description', 'i', 'Text for listings.'], ['format', 'i', 'Format of messages.'], ['maxlen', 'i', 'Longest message.'], ['server', 'i', 'Server that receives the messages.'], ['size', 'i', 'Size of the buffer.'], ['timeout', 'i', 'Timeouts towards that server.'], ['default-server', 'i', 'Options of the servers below.']],
  traces: [['trace', 'i', 'One trace.', '3.1'], ['default-path', 'i', 'Folder for relative names.', '3.1']],
  userlist: [['group', 'm', 'A group and its users.'], ['user', 'm', 'A user and the password.']],
}

export const sectionEntries = [...entriesOf('section', sections), ...Object.entries(lines).flatMap(([kind, rows]) => entriesOf(kind, rows))]
