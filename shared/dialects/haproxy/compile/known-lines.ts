import { lineFlags } from '../tree.ts'
import type { HaproxyTree } from '../tree.ts'
import { handlers } from './keywords.ts'
import { ownSettings } from './proxy.ts'
import type { KnownLine, Place, ProxyDraft, Settings } from './proxy.ts'
import { lineSpanOf } from './state.ts'
import type { CompileState, LineRef } from './state.ts'
import { isAnswerRule } from './surroundings.ts'

/** Lines remembered for one state of the settings; texts that never repeat must not make the search long. */
const mostKnown = 16

/** Keywords whose handlers read words and settings, and change settings only. */
const settingKeywords = new Set([
  'mode', 'balance', 'hash-type', 'hash-balance-factor', 'cookie', 'option', 'no', 'http-check', 'tcp-check', 'retries', 'retry-on', 'timeout', 'default-server',
  'maxconn', 'fullconn', 'backlog', 'http-reuse', 'log', 'log-format', 'stick-table', 'http-response', 'tcp-response', 'errorfile', 'source', 'description', 'compression',
])

/** Keywords whose handlers leave the settings alone. */
const otherKeywords = new Set(['acl', 'bind', 'http-request', 'redirect', 'server', 'server-template', 'stick', 'tcp-request', 'use-server', 'use_backend'])

/** Applies a line that stood under equal settings before; false: it has to be read. `start`: offset of its first word. */
export function applyKnownLine(proxy: ProxyDraft, tree: HaproxyTree, line: number, start: number): boolean {
  const { known } = proxy.settings
  if (proxy.ownsSettings || known === null) return false
  const { lines, file } = tree
  const repeat = lines.repeat[line] as number
  const end = lines.wordEnd[(lines.firstWord[line + 1] as number) - 1] as number
  for (let index = 0; index < known.length; index += 1) {
    const one = known[index] as KnownLine
    if (one.text.length !== end - start || one.kind !== proxy.kind) continue
    // Equal numbers spare the long comparison.
    const isSame = repeat !== 0 && one.repeat === repeat && one.tree === tree ? file.text.startsWith(one.keyword, start) : file.text.slice(start, end) === one.text
    if (!isSame) continue
    if (((lines.flags[line] as number) & (lineFlags.cooked | lineFlags.broken)) !== 0) return false
    proxy.settings = one.to
    if (one.place !== null) proxy[one.place] = { file: file.path, start, end }
    return true
  }
  return false
}

/** Runs the handler of a line, and remembers what it did where that depends on the line and the settings alone. */
export function compileLine(state: CompileState, proxy: ProxyDraft, ref: LineRef, keyword: string): boolean {
  const handler = handlers.get(keyword)
  if (handler === undefined) return false
  if (isAnswerRule(ref.values)) ownSettings(proxy)
  if (proxy.ownsSettings || otherKeywords.has(keyword)) {
    handler(state, proxy, ref)
    return true
  }
  const from = proxy.settings
  const said = state.diagnostics.length + state.gaps.length
  ownSettings(proxy)
  handler(state, proxy, ref)
  if (ref.cooked !== null || proxy.kind === 'defaults' || !settingKeywords.has(keyword) || state.diagnostics.length + state.gaps.length !== said) return true
  from.known ??= []
  if (from.known.length === mostKnown) return true
  const to = proxy.settings
  const { start, end } = lineSpanOf(ref)
  from.known.push({
    text: ref.tree.file.text.slice(start, end), kind: proxy.kind, keyword, tree: ref.tree, repeat: ref.tree.lines.repeat[ref.line] as number, to, place: placeOf(keyword, from, to),
  })
  proxy.ownsSettings = false
  return true
}

function placeOf(keyword: string, from: Settings, to: Settings): Place | null {
  if (keyword === 'mode') return 'modeAt'
  if (to.balance !== from.balance) return 'balanceAt'
  if (to.hashType !== from.hashType) return 'hashTypeAt'
  if (to.cookie !== from.cookie) return 'cookieAt'
  return to.check !== from.check && to.check !== null ? 'checkAt' : null
}
