/**
 * Reads a config that is about to be started and names every line that could open a connection, listen, read a file or
 * run something outside the folder of the run.
 *
 * It shares nothing with the code that wrote the config: what a line may look like is said here a second time.
 * Shape: one text for each line that does not fit; empty: the config is confined.
 */
export function confinementProblems(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !isConfined(line)).map((line) => (line.length > 160 ? `${line.slice(0, 160)}…` : line))
}

const bindFlags = new Set(['ssl', 'no-alpn', 'accept-proxy'])
const bindValues = new Set(['alpn', 'npn', 'proto', 'name', 'id'])
const serverFlags = new Set(['backup', 'no-backup', 'disabled', 'enabled', 'stick', 'non-stick'])
const serverValues = new Set(['cookie', 'hash-key', 'id', 'redir', 'weight'])

/** First words that neither connect nor listen, whatever follows them. */
const harmless = new Set([
  'global', 'defaults', 'frontend', 'backend', 'listen', 'userlist', 'user', 'group', 'nbthread', 'maxconn', 'mode', 'acl', 'balance', 'capture', 'cookie', 'declare', 'default_backend', 'disabled',
  'dynamic-cookie-key', 'enabled', 'errorloc', 'errorloc302', 'errorloc303', 'error-log-format', 'force-be-switch', 'force-persist', 'hash-balance-factor', 'hash-preserve-affinity', 'hash-type', 'http-error',
  'http-request', 'http-send-name-header', 'id', 'ignore-persist', 'log-format', 'log-format-sd', 'monitor', 'monitor-net', 'monitor-uri', 'persist', 'redirect', 'redispatch', 'retries', 'retry-on', 'stick', 'tcp-request',
  'timeout', 'unique-id-format', 'unique-id-header', 'use-server', 'use_backend', 'expose-deprecated-directives', 'expose-experimental-directives', 'h1-accept-payload-with-any-method', 'presetenv', 'resetenv',
  'set-var', 'set-var-fmt', 'setenv', 'unsetenv',
])

const options = new Set([
  'accept-invalid-http-request', 'accept-unsafe-violations-in-http-request', 'allbackups', 'disable-h2-upgrade', 'forceclose', 'forwardfor', 'forwarded', 'http-buffer-request', 'http-keep-alive',
  'http-restrict-req-hdr-names', 'http-server-close', 'http-use-proxy-header', 'httpclose', 'httplog', 'httpslog', 'originalto', 'persist', 'prefer-last-server', 'redispatch', 'tcplog',
])

const ownFile = /^f\d+$/
/** Actions of rules that reach outside or run something. */
const reachesOut = /^(?:lua\.|do-resolve|send-spoe-group|attach-srv|ot-group|otel-group|expect-netscaler-cip)/
const fileCalls = /(?:map(?:_[a-z]+)*|add-acl|del-acl|set-map|del-map)\(([^,)]*)[,)]/g

function isConfined(line: string): boolean {
  const parts = splitWords(line)
  if (parts === null) return false
  if (parts[0] === 'no' || parts[0] === 'default') parts.shift()
  const [first = '', second = ''] = parts
  if (first === 'bind') return /^unix@l(?:\d+|r)$/.test(second) && onlyOptions(parts, 2, bindFlags, bindValues)
  if (first === 'server') return /^unix@s(?:\d+|x)$/.test(parts[2] ?? '') && onlyOptions(parts, 3, serverFlags, serverValues)
  if (first === 'default-server') return onlyOptions(parts, 1, serverFlags, serverValues)
  // Empty, it stands in for the DNS servers of the system.
  if (first === 'resolvers') return line === 'resolvers default'
  if (first === 'option') return options.has(second)
  if (first === 'stats') return second !== 'socket' && second !== 'bind-process' && readsOwnFiles(line, parts)
  if (first === 'stick-table') return !parts.includes('peers')
  if (first.startsWith('tune.')) return !first.startsWith('tune.lua')
  const action = (first === 'tcp-request' ? parts[2] : first === 'http-request' ? second : '') ?? ''
  if (!harmless.has(first) || reachesOut.test(action) || !readsOwnFiles(line, parts)) return false
  const service = parts.indexOf('use-service')
  return service === -1 || parts[service + 1] === 'prometheus-exporter'
}

function onlyOptions(parts: readonly string[], from: number, flags: ReadonlySet<string>, values: ReadonlySet<string>): boolean {
  for (let index = from; index < parts.length; index += 1) {
    const word = parts[index] as string
    if (word === 'crt') {
      if (parts[index + 1] !== 'cert.pem') return false
      index += 1
    } else if (values.has(word)) index += 1
    else if (!flags.has(word)) return false
  }
  return true
}

/** Answers take no body or page from a file, conditions and maps read copies in the folder of the run only. */
function readsOwnFiles(line: string, parts: readonly string[]): boolean {
  const answers = parts[0] === 'http-error' || (parts[0] === 'http-request' && /^(?:return|deny|tarpit)$/.test(parts[1] ?? ''))
  const condition = parts.findIndex((word) => word === 'if' || word === 'unless')
  const body = condition === -1 ? parts : parts.slice(0, condition)
  if (answers && body.some((word, index) => /^(?:file|lf-file|errorfile|errorfiles|default-errorfiles)$/.test(word) && !/^(?:string|lf-string|content-type|hdr)$/.test(body[index - 1] ?? ''))) return false
  if (parts.some((word, index) => word === '-f' && !ownFile.test(parts[index + 1] ?? ''))) return false
  for (const call of line.matchAll(fileCalls)) if (!ownFile.test(call[1] as string)) return false
  return true
}

/** Words with quotes and escapes taken off; null: a quote is not closed, or an environment variable stands in it. */
function splitWords(line: string): string[] | null {
  const parts: string[] = []
  let value = ''
  let open = false
  let quote = ''
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
      else if (character === '$' && quote === '"') return null
      else if (character === '\\' && quote === '"' && at + 1 < line.length) {
        at += 1
        value += line.charAt(at)
      } else value += character
    } else if (character === '"' || character === "'") {
      quote = character
      open = true
    } else if (character === '\\' && at + 1 < line.length) {
      at += 1
      value += line.charAt(at)
      open = true
    } else if (character === ' ' || character === '\t') {
      if (open) parts.push(value)
      value = ''
      open = false
    } else {
      value += character
      open = true
    }
  }
  if (open) parts.push(value)
  return quote === '' ? parts : null
}
