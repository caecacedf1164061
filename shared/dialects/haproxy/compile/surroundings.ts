import { canonicalText } from '#shared/model/canonical.ts'
import type { SurroundingLine, Surroundings } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { ActiveLines } from '../conditionals.ts'
import type { HaproxyTree, Section } from '../tree.ts'
import type { AclDraft } from './conditions.ts'
import { guardAt } from './conditions.ts'
import { globalBears, inertAnswerActions, inertSections, isInertSetting, preparingAnswerActions, sectionBears } from './inert.ts'
import type { ProxyDraft } from './proxy.ts'
import { appended } from './proxy.ts'
import { settingPlace } from './setting-places.ts'
import { lineSpanOf, readLine } from './state.ts'
import type { CompileState, LineRef } from './state.ts'

/** A rule on answers that can change more than headers. */
export interface AnswerRule {
  readonly text: string
  /** Conditions it names; their meaning is settled when the proxy ends. */
  readonly acls: readonly AclDraft['node'][]
  /** It only prepares what other rules on answers decide. */
  readonly prepares: boolean
  readonly at: Span
}

/** Handled where variables of the environment are read. */
const environmentKeywords: ReadonlySet<string> = new Set(['setenv', 'presetenv', 'unsetenv', 'resetenv'])

const written = (values: readonly string[]): string => values.map((value) => (value === '' || /\s/.test(value) ? JSON.stringify(value) : value)).join(' ')

/** The line as it may stand in a report. */
function withoutPassword(values: readonly string[]): string {
  if (values[0] === 'stats' && values[1] === 'auth') return `stats auth ${(values[2] ?? '').split(':', 1)[0] as string}:…`
  const at = values.findIndex((value) => value === 'password' || value === 'insecure-password')
  return at === -1 ? written(values) : [...values.slice(0, at + 1), '…', ...values.slice(at + 2)].join(' ')
}

/** Second words of `stats` lines that only shape the page, or that the model has. */
const inertStats: ReadonlySet<string> = new Set(['uri', 'enable', 'refresh', 'hide-version', 'show-desc', 'show-legends', 'show-modules', 'show-node', 'show-version'])

/** Keeps what a `stats` line says about who may do what. */
export function addStatsLine(state: CompileState, proxy: ProxyDraft, ref: LineRef): void {
  if (inertStats.has(ref.values[1] ?? '')) return
  state.surroundings.push({ owner: `${proxy.kind} ${proxy.name}`.trim(), text: written(ref.values), shown: withoutPassword(ref.values), bears: 'requests for the statistics page', at: lineSpanOf(ref) })
}

/** Keeps the lines of a section that is no proxy, as far as requests depend on them. */
export function readSurroundings(state: CompileState, tree: HaproxyTree, section: Section, active: ActiveLines): void {
  if (inertSections.has(section.kind)) return
  const owner = section.name === null || section.kind === 'global' ? section.kind : `${section.kind} ${section.name}`
  for (let line = section.line + 1; line < section.endLine; line += 1) {
    if (active.active[line] === 0 || tree.lines.firstWord[line] === tree.lines.firstWord[line + 1]) continue
    const ref = readLine(state, tree, line, active.environmentAt(line))
    const keyword = ref.values[0]
    if (keyword === undefined || keyword.charCodeAt(0) === 46 || environmentKeywords.has(keyword)) continue
    const bears = section.kind === 'global' ? globalBears(keyword) : sectionBears[section.kind] ?? 'requests that depend on this section'
    if (bears !== null) state.surroundings.push({ owner, text: written(ref.values), shown: withoutPassword(ref.values), bears, at: lineSpanOf(ref) })
  }
}

/** Whether a line is a rule on answers that has to be kept. */
export function isAnswerRule(values: readonly string[]): boolean {
  const action = actionOf(values)
  return action !== null && !inertAnswerActions.has(action)
}

function actionOf(values: readonly string[]): string | null {
  const word = values[0]
  if (word !== 'http-response' && word !== 'http-after-response' && word !== 'tcp-response') return null
  const action = word === 'tcp-response' ? (values[1] === 'content' ? values[2] : values[1]) : values[1]
  return action === undefined ? null : (action.split('(', 1)[0] as string)
}

/** Keeps a rule on answers. */
export function addAnswerRule(proxy: ProxyDraft, ref: LineRef): void {
  const { values } = ref
  const words = values.slice(guardAt(values, 2) + 1)
  const acls = words.flatMap((word) => {
    const acl = proxy.acls.get(word.replace(/^!+/, ''))
    return acl === undefined ? [] : [acl.node]
  })
  proxy.answers = appended(proxy.answers, { text: written(values), acls, prepares: preparingAnswerActions.has(actionOf(values) ?? ''), at: lineSpanOf(ref) })
}

/** The rules on answers of one proxy, those of its named defaults first; none where all of them only prepare. */
function answerLines(proxy: ProxyDraft): readonly SurroundingLine[] {
  const rules = [...(proxy.defaults?.answers ?? []), ...proxy.answers]
  if (rules.every((rule) => rule.prepares)) return []
  return rules.map(({ text, acls, at }) => ({ owner: `${proxy.kind} ${proxy.name}`, text: meaningOf(text, acls), shown: text, bears: `answers of ${proxy.kind} ${proxy.name}`, at }))
}

/** Names of conditions are replaced by what they mean. */
function meaningOf(text: string, acls: readonly AclDraft['node'][]): string {
  const names = new Map(acls.map((acl) => [acl.name, canonicalText(acl)]))
  return text.split(' ').map((word) => {
    const name = word.replace(/^!+/, '')
    const meaning = names.get(name)
    return meaning === undefined ? word : `${word.slice(0, word.length - name.length)}(${meaning})`
  }).join(' ')
}

/** In words of a config, and inside canonical texts. */
const variableReads = /\bvar\(([^,)]+)|"kind":"variable","name":"([^"]+)"/g

/** Variables that texts read. */
function readBy(texts: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>()
  for (const text of texts) for (const [, plain, canonical] of text.matchAll(variableReads)) found.add((plain ?? canonical) as string)
  return found
}

/** What of the files is compared without being followed. */
export function surroundingsOf(state: CompileState, proxies: readonly ProxyDraft[]): Surroundings {
  const lines = [...state.surroundings]
  const texts = new Set<string>()
  for (const proxy of proxies) {
    if (proxy.answers.length > 0 || (proxy.defaults !== null && proxy.defaults.answers.length > 0)) lines.push(...answerLines(proxy))
    const { settings } = proxy.settings
    if (settings['unique-id-header'] !== undefined) texts.add(settings['unique-id-format'] ?? '')
    if (proxy.settings.balance !== null) texts.add(proxy.settings.balance.words.join(' '))
    for (const rule of proxy.persistence) if (rule.kind === 'stick') texts.add(`${canonicalText(rule.key)} ${canonicalText(rule.when)}`)
  }
  for (const line of lines) texts.add(line.text)
  for (const text of state.laterTexts) texts.add(text)
  return new HaproxySurroundings(lines, readBy(texts), proxies, state)
}

/** Places are looked up when they are asked for: most never are. Two of equal lines are equal. */
class HaproxySurroundings implements Surroundings {
  readonly lines: readonly SurroundingLine[]
  readonly readLater: ReadonlySet<string>
  readonly #proxies: readonly ProxyDraft[]
  readonly #state: CompileState

  constructor(lines: readonly SurroundingLine[], readLater: ReadonlySet<string>, proxies: readonly ProxyDraft[], state: CompileState) {
    this.lines = lines
    this.readLater = readLater
    this.#proxies = proxies
    this.#state = state
  }

  get files(): ReadonlyMap<string, string> {
    return new Map([...this.#state.options.sideFiles].map(([name, file]) => [name, file.text]))
  }

  isInert(setting: string): boolean {
    return isInertSetting(setting)
  }

  placeOf(owner: 'group' | 'pool', name: string, setting: string): Span | null {
    return settingPlace(this.#proxies, owner, name, setting)
  }
}
