import type { SupportEntry } from '#shared/dialects/dialect.ts'
import { entriesOf } from './row.ts'
import type { Row } from './row.ts'

/** Sample fetches that are written once. Source: HAProxy configuration manual, section 7.3. */
const single: readonly Row[] = [
  ['acl', 'u', 'Result of other named tests.', '2.9'],
  ['always_false', 'm', 'Always false.'],
  ['always_true', 'm', 'Always true.'],
  ['avg_queue', 'u', 'Average queue per server of a pool.'],
  ['base', 'm', 'First Host header followed by the path.'],
  ['base32', 'u', 'Hash of Host and path.'],
  ['base32+src', 'u', 'Hash of Host and path with the client address.'],
  ['baseq', 'u', 'First Host header followed by path and query.'],
  ['be_conn', 'u', 'Connections of a pool right now.'],
  ['be_conn_free', 'u', 'Free connections of a pool right now.'],
  ['be_id', 'u', 'Number of the pool.'],
  ['be_name', 'u', 'Name of the pool.'],
  ['be_server_timeout', 'i', 'Server timeout of the pool.'],
  ['be_sess_rate', 'u', 'Session rate of a pool right now.'],
  ['be_tunnel_timeout', 'i', 'Tunnel timeout of the pool.'],
  ['bin', 'u', 'Constant bytes.'],
  ['bool', 'm', 'Constant truth value.'],
  ['bytes_in', 'u', 'Bytes received from the client.', '2.9'],
  ['bytes_out', 'u', 'Bytes sent to the client.', '2.9'],
  ['capture.req.hdr', 'u', 'Captured request header.'],
  ['capture.req.method', 'u', 'Method as first received.'],
  ['capture.req.uri', 'm', 'Target as first received.'],
  ['capture.req.ver', 'u', 'HTTP version as first received.'],
  ['capture.res.hdr', 'i', 'Captured response header.'],
  ['capture.res.ver', 'i', 'HTTP version of the response.'],
  ['connslots', 'u', 'Free places in the servers and queues of a pool.'],
  ['cook', 'm', 'Cookie of the request.'],
  ['cook_cnt', 'u', 'Number of such cookies.'],
  ['cook_val', 'm', 'Cookie of the request as a number.'],
  ['cookie', 'm', 'Cookie of the request or response.'],
  ['cpu_calls', 'u', 'Calls of the task of this stream.'],
  ['cpu_ns_avg', 'u', 'Average run time of the task.'],
  ['cpu_ns_tot', 'u', 'Total run time of the task.'],
  ['cur_client_timeout', 'i', 'Client timeout in force.', '2.9'],
  ['cur_connect_timeout', 'i', 'Connect timeout in force.', '3.3'],
  ['cur_queue_timeout', 'i', 'Queue timeout in force.', '3.3'],
  ['cur_server_timeout', 'i', 'Server timeout in force.'],
  ['cur_tarpit_timeout', 'i', 'Tarpit timeout in force.', '3.3'],
  ['cur_tunnel_timeout', 'i', 'Tunnel timeout in force.'],
  ['date', 'u', 'Time of day.'],
  ['date_us', 'u', 'Microseconds of the time of day.'],
  ['distcc_body', 'u', 'Body of a distcc message.'],
  ['distcc_param', 'u', 'Parameter of a distcc message.'],
  ['dst', 'm', 'Address the client connected to.'],
  ['dst_conn', 'u', 'Connections of this listener right now.'],
  ['dst_is_local', 'u', 'Whether the destination belongs to this machine.'],
  ['dst_port', 'm', 'Port the client connected to.'],
  ['env', 'm', 'Environment variable at start.'],
  ['fe_client_timeout', 'i', 'Client timeout of the frontend.'],
  ['fe_conn', 'u', 'Connections of a frontend right now.'],
  ['fe_defbe', 'u', 'Name of the default pool.'],
  ['fe_id', 'u', 'Number of the frontend.'],
  ['fe_name', 'm', 'Name of the frontend.'],
  ['fe_req_rate', 'u', 'Request rate of a frontend right now.'],
  ['fe_sess_rate', 'u', 'Session rate of a frontend right now.'],
  ['fe_tarpit_timeout', 'i', 'Tarpit timeout of the frontend.', '3.3'],
  ['fcgi.docroot', 'u', 'Document root of a FastCGI application.'],
  ['fcgi.index', 'u', 'Index file of a FastCGI application.'],
  ['hdr', 'm', 'Header of the request, each comma-separated value by itself.'],
  ['hdr_cnt', 'm', 'Number of values of a header.'],
  ['hdr_ip', 'm', 'Header of the request as an address.'],
  ['hdr_val', 'm', 'Header of the request as a number.'],
  ['hostname', 'u', 'Name of this machine.'],
  ['http_auth', 'u', 'Whether user and password are in a user list.'],
  ['http_auth_bearer', 'u', 'Token of the Authorization header.'],
  ['http_auth_group', 'a', 'Group of the authenticated user.'],
  ['http_auth_pass', 'u', 'Password of the request.'],
  ['http_auth_type', 'u', 'Scheme of the Authorization header.'],
  ['http_auth_user', 'u', 'User of the request.'],
  ['http_first_req', 'u', 'Whether this is the first request of the connection.'],
  ['int', 'm', 'Constant number.'],
  ['ipv4', 'm', 'Constant IPv4 address.'],
  ['ipv6', 'm', 'Constant IPv6 address.'],
  ['last_entity', 'u', 'Last entity that was evaluated.', '3.2'],
  ['last_rule_file', 'i', 'File of the last final rule.'],
  ['last_rule_line', 'i', 'Line of the last final rule.'],
  ['lat_ns_avg', 'u', 'Average waiting time of the task.'],
  ['lat_ns_tot', 'u', 'Total waiting time of the task.'],
  ['meth', 'm', 'Constant method.'],
  ['method', 'm', 'Method of the request; GET also matches HEAD in METH_GET.'],
  ['nbproc', 'u', 'Number of processes.', null, '2.6'],
  ['nbsrv', 'a', 'Usable servers of a pool.'],
  ['nbthread', 'u', 'Number of threads.', '2.9'],
  ['path', 'm', 'Path of the target without query.'],
  ['pathq', 'm', 'Path and query of the target.'],
  ['payload', 'u', 'Bytes from the start of the connection.'],
  ['payload_lv', 'u', 'Bytes whose length stands before them.'],
  ['pid', 'u', 'Process id.', '2.8'],
  ['prio_class', 'u', 'Place in the queue.'],
  ['prio_offset', 'u', 'Offset in the queue.'],
  ['proc', 'u', 'Number of the process.'],
  ['query', 'm', 'Query of the target.'],
  ['queue', 'u', 'Requests waiting for a pool.'],
  ['quic_enabled', 'u', 'Whether QUIC is on.', '2.9'],
  ['rand', 'a', 'Random number.'],
  ['rdp_cookie', 'u', 'Cookie of the RDP protocol.'],
  ['rdp_cookie_cnt', 'u', 'Number of RDP cookies.'],
  ['rep_ssl_hello_type', 'i', 'Type of the TLS answer of a server.'],
  ['request_date', 'u', 'Time the request arrived.', '2.9'],
  ['req.body', 'u', 'Body of the request.'],
  ['req.body_len', 'u', 'Length of the received body.'],
  ['req.body_param', 'u', 'Parameter of a form in the body.'],
  ['req.body_size', 'u', 'Announced length of the body.'],
  ['req.bytes_in', 'u', 'Bytes received from the client.', '3.3'],
  ['req.bytes_out', 'u', 'Bytes sent to the server.', '3.3'],
  ['req.cook', 'm', 'Cookie of the request.'],
  ['req.cook_cnt', 'u', 'Number of such cookies.'],
  ['req.cook_names', 'a', 'Names of the cookies.', '2.8'],
  ['req.cook_val', 'm', 'Cookie of the request as a number.'],
  ['req.fhdr', 'm', 'Header of the request as a whole line.'],
  ['req.fhdr_cnt', 'm', 'Number of lines of a header.'],
  ['req.hdr', 'm', 'Header of the request, each comma-separated value by itself.'],
  ['req.hdr_cnt', 'm', 'Number of values of a header.'],
  ['req.hdr_ip', 'm', 'Header of the request as an address.'],
  ['req.hdr_names', 'a', 'Names of the headers.'],
  ['req.hdr_val', 'm', 'Header of the request as a number.'],
  ['req.hdrs', 'u', 'All headers as text.'],
  ['req.hdrs_bin', 'u', 'All headers as bytes.'],
  ['req.len', 'u', 'Bytes in the request buffer.'],
  ['req.payload', 'u', 'Bytes from the start of the connection.'],
  ['req.payload_lv', 'u', 'Bytes whose length stands before them.'],
  ['req.proto_http', 'm', 'Whether the bytes look like HTTP.'],
  ['req.rdp_cookie', 'u', 'Cookie of the RDP protocol.'],
  ['req.rdp_cookie_cnt', 'u', 'Number of RDP cookies.'],
  ['req.ssl_alpn', 'm', 'Protocols in the TLS hello.'],
  ['req.ssl_cipherlist', 'u', 'Ciphers in the TLS hello.', '3.2'],
  ['req.ssl_ec_ext', 'u', 'Whether the TLS hello names curves.'],
  ['req.ssl_hello_type', 'm', 'Type of the TLS hello; 1 is a client hello.'],
  ['req.ssl_keyshare_groups', 'u', 'Key share groups in the TLS hello.', '3.2'],
  ['req.ssl_sigalgs', 'u', 'Signature algorithms in the TLS hello.', '3.2'],
  ['req.ssl_sni', 'm', 'Server name in the TLS hello of a raw connection.'],
  ['req.ssl_st_ext', 'u', 'Session ticket in the TLS hello.'],
  ['req.ssl_supported_groups', 'u', 'Groups in the TLS hello.', '3.2'],
  ['req.ssl_ver', 'a', 'TLS version in the hello.'],
  ['req.ver', 'm', 'HTTP version of the request.'],
  ['req_len', 'u', 'Bytes in the request buffer.'],
  ['req_proto_http', 'm', 'Whether the bytes look like HTTP.'],
  ['req_rdp_cookie', 'u', 'Cookie of the RDP protocol.'],
  ['req_rdp_cookie_cnt', 'u', 'Number of RDP cookies.'],
  ['req_ssl_hello_type', 'm', 'Type of the TLS hello; 1 is a client hello.'],
  ['req_ssl_sni', 'm', 'Server name in the TLS hello of a raw connection.'],
  ['req_ssl_ver', 'a', 'TLS version in the hello.'],
  ['req_ver', 'm', 'HTTP version of the request.'],
  ['resp_ver', 'i', 'HTTP version of the response.'],
  ['so_id', 'm', 'Number of the listener.'],
  ['so_name', 'm', 'Name of the listener.'],
  ['src', 'm', 'Address of the client.'],
  ['src_is_local', 'u', 'Whether the client is this machine.'],
  ['src_port', 'm', 'Port of the client.'],
  ['src_updt_conn_cnt', 'u', 'Counts one more connection of the client address.'],
  ['srv_conn', 'u', 'Connections of a server right now.'],
  ['srv_conn_free', 'u', 'Free connections of a server right now.'],
  ['srv_id', 'i', 'Number of the chosen server.'],
  ['srv_is_up', 'a', 'Whether a server is usable.'],
  ['srv_iweight', 'u', 'Weight a server started with.'],
  ['srv_name', 'i', 'Name of the chosen server.'],
  ['srv_queue', 'u', 'Requests waiting for a server.'],
  ['srv_sess_rate', 'u', 'Session rate of a server right now.'],
  ['srv_uweight', 'u', 'Configured weight of a server.'],
  ['srv_weight', 'u', 'Weight of a server right now.'],
  ['status', 'i', 'Status of the response.'],
  ['stopping', 'u', 'Whether the process is stopping.'],
  ['str', 'm', 'Constant text.'],
  ['table_avl', 'u', 'Free entries of a stick table.'],
  ['table_cnt', 'u', 'Used entries of a stick table.'],
  ['tcp.options_list', 'u', 'Options of the first TCP segment.', '3.3'],
  ['term_events', 'i', 'Events that ended the stream.', '3.2'],
  ['thread', 'u', 'Number of the thread.'],
  ['txn.conn_retries', 'i', 'Retries of this request.', '2.8'],
  ['txn.redispatched', 'i', 'Whether a retry went to another server.', '2.8'],
  ['txn.sess_term_state', 'i', 'How the session ended.', '2.8'],
  ['txn.status', 'i', 'Status sent to the client.', '3.0'],
  ['txn.timer.user', 'i', 'Time since the request arrived.', '2.8'],
  ['unique-id', 'u', 'Unique id of the request.'],
  ['uptime', 'u', 'Age of the process.', '3.1'],
  ['url', 'm', 'Target of the request as sent; absolute over HTTP/2.'],
  ['url32', 'u', 'Hash of Host and target.'],
  ['url32+src', 'u', 'Hash of Host and target with the client address.'],
  ['url_ip', 'a', 'Address in an absolute target.'],
  ['url_param', 'm', 'Query parameter.'],
  ['url_port', 'a', 'Port in an absolute target.'],
  ['urlp', 'm', 'Query parameter.'],
  ['urlp_val', 'm', 'Query parameter as a number.'],
  ['uuid', 'u', 'Fresh random id.'],
  ['var', 'm', 'Variable set by an earlier rule.'],
  ['wait_end', 'm', 'True once the inspection delay has passed or nothing more comes.'],
  ['waiting_entity', 'u', 'What the stream waits for.', '3.2'],
]

/** Names that exist for both directions of the response. */
const responses: readonly Row[] = [
  'body', 'body_len', 'body_size', 'bytes_in', 'bytes_out', 'cache_hit', 'cache_name', 'comp', 'comp_algo', 'cook', 'cook_cnt', 'cook_names', 'cook_val', 'fhdr', 'fhdr_cnt',
  'hdr', 'hdr_cnt', 'hdr_ip', 'hdr_names', 'hdr_val', 'hdrs', 'hdrs_bin', 'len', 'payload', 'payload_lv', 'ssl_hello_type', 'timer.data', 'timer.hdr', 'ver',
].map((name): Row => [`res.${name}`, 'i', `Fact about the response: ${name}; the server is chosen by then.`, name.startsWith('timer') || name === 'cook_names' ? '2.8' : name.startsWith('bytes') ? '3.3' : null])

const oldResponses: readonly Row[] = ['scook', 'scook_cnt', 'scook_val', 'shdr', 'shdr_cnt', 'shdr_ip', 'shdr_val'].map((name): Row => [name, 'i', 'Old name of a fact about the response; the server is chosen by then.'])

const requestTimers: readonly Row[] = [
  ...['handshake', 'total'].map((name): Row => [`fc.timer.${name}`, 'i', `Time of the client connection: ${name}.`, '2.8']),
  ...['hdr', 'idle', 'queue', 'tq'].map((name): Row => [`req.timer.${name}`, 'i', `Time of the request: ${name}.`, '2.8']),
  ['bc.timer.connect', 'i', 'Time it took to connect to the server.', '2.8'],
]

const clientConnection: readonly Row[] = [
  ['fc_dst', 'm', 'Address the connection really came in on.'], ['fc_dst_port', 'm', 'Port the connection really came in on.'], ['fc_src', 'm', 'Real peer of the connection.'], ['fc_src_port', 'm', 'Real port of the peer.'],
  ['fc_http_major', 'm', 'Major HTTP version of the client connection.'], ['fc_rcvd_proxy', 'u', 'Whether a PROXY header was received.'],
  ...([
    ['fc_dst_is_local', 'Whether the destination belongs to this machine'], ['fc_src_is_local', 'Whether the peer is this machine'], ['fc_err', 'Error code'], ['fc_err_name', 'Error name', '3.1'], ['fc_err_str', 'Error text'],
    ['fc_fackets', 'Forward acknowledgements'], ['fc_glitches', 'Protocol oddities', '3.0'], ['fc_lost', 'Lost segments'], ['fc_nb_streams', 'Streams', '3.0'], ['fc_pp_authority', 'Authority field of the PROXY header'],
    ['fc_pp_tlv', 'Field of the PROXY header', '2.9'], ['fc_pp_unique_id', 'Unique id of the PROXY header'], ['fc_reordering', 'Reordering'], ['fc_retrans', 'Retransmissions'], ['fc_rtt', 'Round trip time'],
    ['fc_rttvar', 'Variation of the round trip time'], ['fc_sacked', 'Selective acknowledgements'], ['fc_saved_syn', 'First TCP segment', '3.3'], ['fc_settings_streams_limit', 'Stream limit', '3.0'], ['fc_streams_limit', 'Stream limit', '3.0'], ['fc_unacked', 'Unacknowledged segments'],
  ] as const).map(([name, text, since]): Row => [name, 'u', `${text} of the client connection.`, since ?? null]),
]

const serverConnection: readonly Row[] = [
  'bc_be_queue', 'bc_dst', 'bc_dst_port', 'bc_err', 'bc_err_name', 'bc_err_str', 'bc_glitches', 'bc_http_major', 'bc_nb_streams', 'bc_reused', 'bc_rtt', 'bc_rttvar', 'bc_setting_streams_limit', 'bc_settings_streams_limit', 'bc_srv_queue', 'bc_src', 'bc_src_port', 'bc_streams_limit',
].map((name): Row => [name, 'i', 'Fact about the connection to the server; the server is chosen by then.', ['bc_dst', 'bc_dst_port', 'bc_err', 'bc_err_str', 'bc_http_major', 'bc_src', 'bc_src_port'].includes(name) ? null : name.includes('rtt') ? '2.8' : '3.0'])

const internal: readonly Row[] = [
  'htx.data', 'htx.free', 'htx.free_data', 'htx.has_eom', 'htx.nbblks', 'htx.size', 'htx.used', 'htx_blk.data', 'htx_blk.hdrname', 'htx_blk.hdrval', 'htx_blk.size', 'htx_blk.start_line', 'htx_blk.type', 'strm.is_htx',
].map((name): Row => [`internal.${name}`, 'u', 'Internal fact about the message, for debugging.'])

/** Counters of stick tables, once per way to name the tracked entry. */
const counters = [
  'bytes_in_rate', 'bytes_out_rate', 'clr_gpc', 'clr_gpc0', 'clr_gpc1', 'conn_cnt', 'conn_cur', 'conn_rate', 'get_gpc', 'get_gpc0', 'get_gpc1', 'get_gpt', 'get_gpt0', 'glitch_cnt', 'glitch_rate', 'gpc0_rate', 'gpc1_rate', 'gpc_rate',
  'http_err_cnt', 'http_err_rate', 'http_fail_cnt', 'http_fail_rate', 'http_req_cnt', 'http_req_rate', 'inc_gpc', 'inc_gpc0', 'inc_gpc1', 'key', 'kbytes_in', 'kbytes_out', 'sess_cnt', 'sess_rate', 'tracked', 'trackers',
]
const holders = [['sc_', 'an entry tracked in the given slot'], ['sc0_', 'the entry tracked in the first slot'], ['sc1_', 'the entry tracked in the second slot'], ['sc2_', 'the entry tracked in the third slot'], ['src_', 'the entry of the client address']] as const
const counterRows: readonly Row[] = holders.flatMap(([prefix, holder]) =>
  counters.filter((name) => prefix !== 'src_' || !['tracked', 'trackers', 'key'].includes(name)).map((name): Row => [`${prefix}${name}`, 'u', `Counter ${name} of ${holder}.`, name.startsWith('glitch') ? '3.0' : name === 'key' ? '3.3' : null]),
)

/** TLS facts: of the client connection, of the client certificate, of our certificate, and of the server side. */
const tlsConnection = [
  'alg_keysize', 'alpn', 'cipher', 'cipherlist_bin', 'cipherlist_hex', 'cipherlist_str', 'cipherlist_xxh', 'client_early_traffic_secret', 'client_handshake_traffic_secret', 'client_random', 'client_traffic_secret_0', 'crtname', 'curve',
  'early_exporter_secret', 'early_rcvd', 'ecformats_bin', 'eclist_bin', 'ech_outer_sni', 'ech_status', 'err', 'err_str', 'exporter_secret', 'extlist_bin', 'has_crt', 'has_early', 'has_sni', 'hsk_err', 'hsk_err_str', 'is_resumed', 'npn', 'protocol',
  'protocol_hello_id', 'server_handshake_traffic_secret', 'server_random', 'server_traffic_secret_0', 'session_id', 'session_key', 'sigalgs_bin', 'sni', 'supported_versions_bin', 'unique_id', 'use_keysize',
]
const modelledTls = new Set(['sni', 'has_sni', 'alpn'])
const newTls = new Map([['crtname', '3.3'], ['curve', '2.9'], ['early_rcvd', '3.3'], ['ech_outer_sni', '3.3'], ['ech_status', '3.3'], ['sigalgs_bin', '3.0'], ['supported_versions_bin', '3.0']])
const tlsRows: readonly Row[] = [
  ['ssl_fc', 'm', 'Whether the client connection uses TLS.'],
  ['ssl_bc', 'i', 'Whether the server connection uses TLS; the server is chosen by then.'],
  ...tlsConnection.map((name): Row => [`ssl_fc_${name}`, modelledTls.has(name) ? 'm' : 'u', name === 'sni' ? 'Server name of the TLS handshake.' : `TLS fact of the client connection: ${name}.`, newTls.get(name) ?? null]),
  ...['alg_keysize', 'alpn', 'cipher', 'client_random', 'curve', 'err', 'err_str', 'hsk_err', 'hsk_err_str', 'is_resumed', 'npn', 'protocol', 'server_random', 'session_id', 'session_key', 'sni', 'unique_id', 'use_keysize'].map((name): Row => [`ssl_bc_${name}`, 'i', `TLS fact of the server connection: ${name}.`, newTls.get(name) ?? (name === 'sni' ? '3.3' : null)]),
  ...(['c', 'f', 's'] as const).flatMap((owner) =>
    ['ca_err', 'ca_err_depth', 'chain_der', 'der', 'err', 'i_dn', 'key_alg', 'notafter', 'notbefore', 'r_dn', 's_dn', 'serial', 'sha1', 'sig_alg', 'used', 'verify', 'version'].filter((name) => owner === 'c' || !['ca_err', 'ca_err_depth', 'err', 'used', 'verify'].includes(name)).filter((name) => owner !== 'f' || name !== 'chain_der').map(
      (name): Row => [`ssl_${owner}_${name}`, owner === 's' ? 'i' : 'u', `Fact of the certificate of the ${owner === 'c' ? 'client' : owner === 'f' ? 'listener' : 'server'}: ${name}.`, name === 'r_dn' ? '2.8' : null],
    ),
  ),
]

/** Short names that bring their own match, for `acl` lines. */
const matches = [['beg', 'starts with'], ['dir', 'contains as a whole path part'], ['dom', 'contains as a whole part of a name'], ['end', 'ends with'], ['len', 'has the length'], ['reg', 'matches the regular expression'], ['sub', 'contains']] as const
const matched = [['base', 'Host and path'], ['cook', 'the cookie'], ['hdr', 'the header'], ['path', 'the path'], ['url', 'the target'], ['urlp', 'the query parameter']] as const
const matchRows: readonly Row[] = [
  ...matched.flatMap(([name, what]) => matches.map(([suffix, how]): Row => [`${name}_${suffix}`, 'm', `Whether ${what} ${how} a pattern.`])),
  ...['scook', 'shdr'].flatMap((name) => matches.map(([suffix]): Row => [`${name}_${suffix}`, 'i', 'Test on the response; the server is chosen by then.'])),
  ['ssl_fc_sni_end', 'm', 'Whether the server name of the TLS handshake ends with a pattern.'],
  ['ssl_fc_sni_reg', 'm', 'Whether the server name of the TLS handshake matches a regular expression.'],
]

const scripts: readonly Row[] = [
  ['51d.all', 'u', 'Device facts of the 51Degrees database.'],
  ['da-csv-fetch', 'u', 'Device facts of the DeviceAtlas database.'],
  ['lua.*', 'u', 'Value computed by a Lua script.'],
  ['wurfl-get', 'u', 'Device facts of the WURFL database.'],
  ['wurfl-get-all', 'u', 'All device facts of the WURFL database.'],
]

export const fetchEntries: readonly SupportEntry[] = entriesOf('fetch', [
  ...single, ...responses, ...oldResponses, ...requestTimers, ...clientConnection, ...serverConnection, ...internal, ...counterRows, ...tlsRows, ...matchRows, ...scripts,
])
