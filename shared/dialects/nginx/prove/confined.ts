/**
 * Reads a config that is about to be started and names every line that could open a connection, listen, read a file or
 * run something outside the folder of the run.
 *
 * It shares nothing with the code that wrote the config: what nginx takes for a word, and what a directive may look like,
 * is said here a second time.
 * Shape: one text for each directive that does not fit; empty: the config is confined.
 */
export function confinementProblems(text: string): readonly string[] {
  const read = readBlocks(text)
  if (read === null) return ['a quote or a brace that is not closed']
  return read.flatMap((directive) => problemsIn(directive, 'main')).map((problem) => (problem.length > 160 ? `${problem.slice(0, 160)}…` : problem))
}

interface Written {
  readonly words: readonly string[]
  readonly block: readonly Written[] | null
}

type Context = 'main' | 'events' | 'http' | 'upstream' | 'values'

/** Directives whose arguments are one of these texts. */
const exactly: Readonly<Record<string, RegExp>> = {
  daemon: /^off$/, master_process: /^off$/, pid: /^nginx\.pid$/, error_log: /^stderr emerg$/, worker_connections: /^\d+$/, access_log: /^off$/, root: /^www$/, client_body_temp_path: /^t\d$/, proxy_temp_path: /^t\d$/,
  fastcgi_temp_path: /^t\d$/, uwsgi_temp_path: /^t\d$/, scgi_temp_path: /^t\d$/, ssl_certificate: /^cert\.pem$/, ssl_certificate_key: /^cert\.pem$/, auth_basic_user_file: /^f\d$/, set_real_ip_from: /^unix:$/,
  real_ip_header: /^proxy_protocol$/, listen: /^unix:l(?:\d+|r|n)(?: (?:default_server|default|ssl|http2|proxy_protocol))*$/,
  // The host begins with a name that only this config has, or is a table of such names.
  proxy_pass: /^http:\/\/(?:steelyard-[a-z]+\d*(?:$|[/?$])|\$\{steelyard_to\d+\}(?:$|[/?]|\$(?:\{?(?:request_uri|uri|document_uri)\b)))/,
}

/** Directives that neither connect nor listen nor touch a file, whatever follows them. */
const harmless = new Set([
  'absolute_redirect', 'add_header', 'allow', 'ancient_browser', 'ancient_browser_value', 'auth_basic', 'auth_request', 'auth_request_set', 'break', 'client_header_buffer_size', 'client_max_body_size', 'deny', 'empty_gif',
  'error_page', 'fastcgi_split_path_info', 'http2', 'ignore_invalid_headers', 'index', 'internal', 'large_client_header_buffers', 'map_hash_bucket_size', 'map_hash_max_size', 'max_headers', 'merge_slashes', 'modern_browser',
  'modern_browser_value', 'port_in_redirect', 'proxy_connect_timeout', 'proxy_http_version', 'proxy_intercept_errors', 'proxy_method', 'proxy_next_upstream', 'proxy_next_upstream_tries', 'proxy_pass_request_body',
  'proxy_pass_request_headers', 'proxy_read_timeout', 'proxy_set_body', 'proxy_set_header', 'recursive_error_pages', 'return', 'rewrite', 'satisfy', 'secure_link', 'secure_link_md5', 'secure_link_secret', 'server_name',
  'server_name_in_redirect', 'server_names_hash_bucket_size', 'server_names_hash_max_size', 'set', 'ssl_reject_handshake', 'stub_status', 'try_files', 'underscores_in_headers', 'valid_referers', 'variables_hash_bucket_size',
  'variables_hash_max_size',
])

const inUpstream = new Set(['hash', 'ip_hash', 'least_conn', 'random'])
const blocks: Readonly<Record<string, Context>> = { events: 'events', http: 'http', server: 'http', location: 'http', if: 'http', limit_except: 'http', upstream: 'upstream', map: 'values', geo: 'values', split_clients: 'values' }

function problemsIn({ words, block }: Written, context: Context): readonly string[] {
  const [name = '', ...rest] = words
  const shown = words.join(' ')
  // An `include` among values is one more file.
  if (context === 'values') return block === null && !(name === 'include' && rest.length === 1) ? [] : [shown]
  if (context === 'upstream') return block === null && (name === 'server' ? /^unix:s(?:\d+|x|u)(?: (?:weight=\d+|backup|down))*$/.test(rest.join(' ')) : inUpstream.has(name)) ? [] : [shown]
  if (block !== null) {
    const inside = Object.hasOwn(blocks, name) ? blocks[name] : undefined
    if (inside === undefined || (context === 'main') !== (name === 'events' || name === 'http')) return [shown]
    // Without an address of its own a server listens on port 80 or 8000.
    if (name === 'server' && !block.some((child) => child.words[0] === 'listen')) return [shown]
    return block.flatMap((child) => problemsIn(child, inside))
  }
  const pattern = Object.hasOwn(exactly, name) ? exactly[name] : undefined
  if (pattern !== undefined) return pattern.test(rest.join(' ')) ? [] : [shown]
  return context === 'http' && harmless.has(name) ? [] : [shown]
}

/** Directives with their words, quotes and escapes taken off; null: something is not closed. */
function readBlocks(text: string): readonly Written[] | null {
  const top: Written[] = []
  const open: { readonly words: readonly string[]; readonly block: Written[] }[] = []
  let words: string[] = []
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if (/\s/.test(character)) at += 1
    else if (character === ';' || character === '{' || character === '}') {
      at += 1
      if (character === '{') open.push({ words, block: [] })
      else if (character === '}') {
        const closed = open.pop()
        if (closed === undefined || words.length > 0) return null
        ;(open.at(-1)?.block ?? top).push(closed)
      } else (open.at(-1)?.block ?? top).push({ words, block: null })
      words = []
    } else {
      const word = readWord(text, at)
      if (word === null) return null
      words.push(word.value)
      at = word.end
    }
  }
  return open.length === 0 && words.length === 0 ? top : null
}

/** Bare words hold nothing that nginx reads in a special way; null: one does, or a quote is not closed. */
function readWord(text: string, start: number): { readonly value: string; readonly end: number } | null {
  if (text.charAt(start) !== '"') {
    let end = start
    while (end < text.length && !/[\s;{}]/.test(text.charAt(end))) end += 1
    const value = text.slice(start, end)
    return /["'\\#]/.test(value) ? null : { value, end }
  }
  let value = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '"') return /[\s;{]/.test(text.charAt(at + 1)) ? { value, end: at + 1 } : null
    if (character !== '\\') {
      value += character
      continue
    }
    at += 1
    const escaped = text.charAt(at)
    value += escaped === 'n' ? '\n' : escaped === 'r' ? '\r' : escaped === 't' ? '\t' : escaped === '"' || escaped === '\\' || escaped === "'" ? escaped : `\\${escaped}`
  }
  return null
}
