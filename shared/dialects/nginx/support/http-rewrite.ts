import { rowsOf } from './row.ts'
import type { Row } from './row.ts'

const rows: readonly Row[] = [
  ['rewrite', 'slij', '23', 'm', 'Changes the path, or redirects, if the path matches a regular expression.'],
  ['return', 'slij', '12', 'm', 'Ends the request with a status, a text or a redirect.'],
  ['break', 'slij', '0', 'm', 'Ends the list of rewrite directives.'],
  ['if', 'sl', '1+{', 'm', 'Directives for requests that fulfil a condition.'],
  ['set', 'slij', '2', 'm', 'Gives a variable a value.'],
  ['rewrite_log', 'hslij', 'flag', 'i', 'Logs what rewrite directives do.'],
  ['uninitialized_variable_warn', 'hslij', 'flag', 'i', 'Warns of variables without a value.'],
  ['map', 'h', '2{', 'm', 'A variable whose value is looked up by another.'],
  ['map_hash_max_size', 'h', '1 number', 'i', 'Size of the tables of maps.'],
  ['map_hash_bucket_size', 'h', '1 number', 'i', 'Size of one part of those tables.'],
  ['geo', 'h', '12{', 'm', 'A variable whose value depends on an address.'],
  ['split_clients', 'h', '2{', 'm', 'A variable that splits requests into shares.'],
]

/** Directives that rewrite, and those that make variables. */
export const httpRewriteFacts = rowsOf('http', rows)
