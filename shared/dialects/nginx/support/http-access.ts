import { rowsOf } from './row.ts'
import type { Row } from './row.ts'

const rows: readonly Row[] = [
  ['allow', 'hsle', '1', 'm', 'Lets requests from an address or network through.'],
  ['deny', 'hsle', '1', 'm', 'Answers requests from an address or network with 403.'],
  ['auth_basic', 'hsle', '1 once', 'a', 'Asks for name and password.'],
  ['auth_basic_user_file', 'hsle', '1 once', 'a', 'File with names and passwords.'],
  ['auth_request', 'hsl', '1 once', 'a', 'Asks another location whether the request is allowed.'],
  ['auth_request_set', 'hsl', '2', 'a', 'Keeps a value of that answer in a variable.'],
  ['auth_jwt', 'hsle', '12', 'u', 'Checks signed tokens (commercial).'],
  ['auth_jwt_key_file', 'hsle', '1', 'u', 'File with the keys of tokens (commercial).'],
  ['limit_conn_zone', 'h', '2', 'a', 'Memory that counts connections by a key.'],
  ['limit_conn', 'hsl', '2', 'a', 'Most connections with one key; more are refused.'],
  ['limit_conn_log_level', 'hsl', '1 once', 'i', 'Level of messages about refused connections.'],
  ['limit_conn_status', 'hsl', '1 number', 'a', 'Status of refused requests.'],
  ['limit_conn_dry_run', 'hsl', 'flag', 'i', 'Only counts, refuses nothing.'],
  ['limit_req_zone', 'h', '3', 'a', 'Memory that measures request rates by a key.'],
  ['limit_req', 'hsl', '123', 'a', 'Highest rate of requests with one key; more wait or are refused.'],
  ['limit_req_log_level', 'hsl', '1 once', 'i', 'Level of messages about refused requests.'],
  ['limit_req_status', 'hsl', '1 number', 'a', 'Status of refused requests.'],
  ['limit_req_dry_run', 'hsl', 'flag', 'i', 'Only measures, refuses nothing.'],
  ['set_real_ip_from', 'hsl', '1', 'a', 'Proxies whose word about the client address is believed.'],
  ['real_ip_header', 'hsl', '1 once', 'a', 'Header that holds the client address.'],
  ['real_ip_recursive', 'hsl', 'flag', 'a', 'Passes over trusted addresses in that header.'],
  ['valid_referers', 'sl', '1+', 'a', 'Referers for which $invalid_referer is empty.'],
  ['referer_hash_max_size', 'sl', '1 number', 'i', 'Size of the table of referers.'],
  ['referer_hash_bucket_size', 'sl', '1 number', 'i', 'Size of one part of that table.'],
  ['secure_link', 'hsl', '1 once', 'a', 'Expression with the checksum and life of a link.'],
  ['secure_link_md5', 'hsl', '1 once', 'a', 'Expression whose checksum is compared.'],
  ['secure_link_secret', 'hsl', '1 once', 'a', 'Secret word of checked links.'],
]

/** Directives that let requests through or refuse them. */
export const httpAccessFacts = rowsOf('http', rows)
