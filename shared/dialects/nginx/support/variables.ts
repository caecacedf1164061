import { wordsOf } from './row.ts'
import type { StateLetter, WordRow } from './row.ts'

type Group = readonly [names: string, state: StateLetter, summary: string]

const both: readonly Group[] = [
  ['remote_addr', 'm', 'Address of the client.'], ['binary_remote_addr', 'm', 'Address of the client as bytes.'], ['remote_port', 'a', 'Port of the client.'], ['server_addr', 'a', 'Address that accepted the connection.'], ['server_port', 'm', 'Port that accepted the connection.'],
  ['proxy_protocol_addr proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port', 'a', 'From the PROXY header.'], ['bytes_sent status connection nginx_version hostname pid msec time_iso8601 time_local', 'i', 'For logs.'],
  ['ssl_server_name', 'm', 'Name the TLS client asked for.'], ['ssl_protocol ssl_cipher ssl_ciphers ssl_curve ssl_curves ssl_session_id ssl_session_reused ssl_alpn_protocol', 'a', 'About the TLS connection.'],
  ['ssl_client_cert ssl_client_raw_cert ssl_client_escaped_cert ssl_client_s_dn ssl_client_i_dn ssl_client_serial ssl_client_fingerprint ssl_client_verify ssl_client_v_start ssl_client_v_end ssl_client_v_remain', 'a', 'About the certificate of the client.'],
  ['realip_remote_addr realip_remote_port', 'a', 'Address the connection came from.'], ['upstream_addr upstream_bytes_sent upstream_bytes_received upstream_connect_time limit_conn_status', 'i', 'For logs.'],
]

const http: readonly Group[] = [
  ['host', 'm', 'Requested host: in lower case, without port.'], ['http_host', 'm', 'Host header as sent.'], ['http_user_agent http_referer http_via http_x_forwarded_for http_cookie', 'm', 'A header of the request.'], ['content_length content_type', 'a', 'A header of the request.'],
  ['server_name', 'm', 'First name of the server.'], ['server_protocol', 'a', 'Version of HTTP.'], ['scheme', 'm', 'http or https.'], ['https', 'm', '"on" for TLS, else empty.'], ['request_uri', 'm', 'Path and query as sent.'], ['uri document_uri', 'm', 'Path: decoded, changed by rewrites.'],
  ['args query_string', 'm', 'Query.'], ['is_args', 'm', '"?" if there is a query.'], ['request_method', 'm', 'Method.'], ['request', 'a', 'First line of the request.'], ['document_root realpath_root request_filename', 'a', 'Place of the file.'], ['remote_user', 'a', 'Name of the user.'],
  ['body_bytes_sent pipe request_completion request_body_file request_length request_time connection_requests connection_time tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd tcpinfo_rcv_space', 'i', 'For logs.'], ['request_body request_id limit_rate limit_req_status', 'a', 'About the request.'],
  ['ssl_early_data ssl_client_s_dn_legacy ssl_client_i_dn_legacy', 'a', 'About the TLS connection.'], ['sent_http_content_type sent_http_content_length sent_http_location sent_http_last_modified sent_http_connection sent_http_keep_alive sent_http_transfer_encoding sent_http_cache_control sent_http_link', 'a', 'A header of the answer.'],
  ['upstream_status upstream_header_time upstream_response_time upstream_response_length upstream_cache_status upstream_cache_last_modified upstream_cache_etag', 'a', 'About the answer of the server.'], ['proxy_host', 'm', 'Name or address in proxy_pass.'], ['proxy_port', 'm', 'Port in proxy_pass.'], ['proxy_add_x_forwarded_for', 'm', 'X-Forwarded-For with the client added.'],
  ['proxy_internal_body_length proxy_internal_chunked fastcgi_script_name fastcgi_path_info grpc_internal_trailers slice_range', 'a', 'For requests to servers.'], ['date_local date_gmt', 'a', 'Time.'], ['http2 http3', 'a', 'Protocol, if it is this one.'], ['msie modern_browser ancient_browser', 'a', 'Kind of browser.'], ['invalid_referer', 'a', 'Empty if the referer is allowed.'],
  ['secure_link secure_link_expires', 'a', 'Whether the checksum of the link is right.'], ['connections_active connections_reading connections_writing connections_waiting', 'a', 'Counters of nginx.'], ['gzip_ratio uid_got uid_set uid_reset', 'i', 'For logs.'], ['memcached_key', 'a', 'Key of the value; set by the config.'],
  ['geoip_country_code geoip_country_code3 geoip_country_name geoip_city geoip_city_country_code geoip_city_country_code3 geoip_city_country_name geoip_city_continent_code geoip_region geoip_region_name geoip_latitude geoip_longitude geoip_postal_code geoip_dma_code geoip_area_code geoip_org geoip_area_code', 'u', 'From a database of addresses.'],
]

const stream: readonly Group[] = [
  ['bytes_received session_time protocol', 'i', 'For logs.'], ['ssl_preread_protocol', 'm', 'Highest TLS version the client offers.'], ['ssl_preread_server_name', 'm', 'Name the TLS client asks for.'], ['ssl_preread_alpn_protocols', 'm', 'Protocols the TLS client offers, with commas.'], ['upstream_first_byte_time upstream_session_time', 'i', 'For logs.'],
]

const newer: readonly WordRow[] = [
  ['$proxy_protocol_tlv_', 'a', 'A part of the PROXY header.', '1.23.2'], ['$request_port', 'a', 'Port in the target or Host header.', '1.29.3'], ['$is_request_port', 'a', '":" if there is such a port.', '1.29.3'], ['$ssl_sigalg', 'a', 'About the TLS connection.', '1.29.3'], ['$ssl_client_sigalg', 'a', 'About the certificate of the client.', '1.29.3'],
]

/** Variables whose name continues with the name of a header, cookie, argument or part. */
const prefixes: readonly WordRow[] = [
  ['$http_', 'm', 'A header of the request; several lines are joined from 1.23 on.'], ['$cookie_', 'm', 'A cookie of the request.'], ['$arg_', 'm', 'A part of the query.'], ['$sent_http_', 'a', 'A header of the answer.'], ['$sent_trailer_', 'a', 'A trailer of the answer.'],
  ['$upstream_http_', 'a', 'A header of the answer of the server.'], ['$upstream_trailer_', 'a', 'A trailer of the answer of the server.'], ['$upstream_cookie_', 'a', 'A cookie set by the server.'], ['$jwt_', 'u', 'A part of a token (commercial).'],
]

function rowsOf(groups: readonly Group[]): readonly WordRow[] {
  return groups.flatMap(([names, state, summary]) => names.split(' ').map((name): WordRow => [`$${name}`, state, summary]))
}

function namesOf(groups: readonly Group[]): readonly string[] {
  return groups.flatMap(([names]) => names.split(' '))
}

export const variableEntries = wordsOf('variable', [...rowsOf(both), ...rowsOf(http), ...rowsOf(stream), ...newer, ...prefixes])

const newerNames = newer.map(([word]) => word.slice(1))
const httpNames: ReadonlySet<string> = new Set([...namesOf(both), ...namesOf(http), ...newerNames])
const streamNames: ReadonlySet<string> = new Set([...namesOf(both), ...namesOf(stream), ...newerNames])
const prefixNames = [...prefixes.map(([word]) => word.slice(1)), 'proxy_protocol_tlv_']

/** Whether nginx itself brings the variable; `name` is in lower case, without `$`. Captures (`1` to `9`) count. */
export function isBuiltInVariable(name: string, module: 'http' | 'stream'): boolean {
  if (/^\d$/.test(name)) return true
  if (module === 'stream') return streamNames.has(name) || name.startsWith('proxy_protocol_tlv_')
  return httpNames.has(name) || prefixNames.some((prefix) => name.startsWith(prefix))
}
