import type { Algorithm, HealthCheck, Persistence, ServerSelector } from '#shared/model/pool.ts'
import type { Action, Effect } from '#shared/model/routing-model.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import type { BindDraft } from './binds.ts'
import type { HaproxyTree } from '../tree.ts'
import { noAcls } from './conditions.ts'
import type { AclScope } from './conditions.ts'
import type { MemberSink } from './member-sink.ts'
import { initialServerDefaults } from './server-defaults.ts'
import type { ServerDefaults } from './server-defaults.ts'
import type { AnswerRule } from './surroundings.ts'

export type ProxyKind = 'defaults' | 'frontend' | 'backend' | 'listen'

/** The lists of rules, in the order HAProxy runs them. */
export type Phase = 'tcp-connection' | 'tcp-session' | 'tcp-content' | 'monitor' | 'http-request' | 'stats' | 'redirect' | 'switching'

/** One rule before it has an id. */
export interface RuleDraft {
  readonly keyword: string
  /** The line with single blanks, without the keyword. */
  readonly text: string
  readonly when: Predicate
  readonly does: Effect | Action
  readonly origin: readonly Span[]
}

export interface SwitchDraft {
  readonly text: string
  /** The text alone says what the condition means. */
  readonly standsAlone: boolean
  readonly when: Predicate
  /** Name of the pool, or a template that names it. */
  readonly target: string | Extract<Action, { readonly kind: 'dispatch' }>['key']
  /** Offsets of the target in its file. */
  readonly targetStart: number
  readonly targetEnd: number
  readonly origin: Span
}

export interface StatsDraft {
  readonly uri: string
  readonly auth: boolean
  readonly origin: Span
}

export interface Named {
  readonly name: string
  readonly at: Span
}

/**
 * What a line made of the settings it found. Many sections of a large file repeat the same lines, so the second one of
 * each needs no words, and sections with equal lines share their settings.
 */
export interface KnownLine {
  /** From the first to the last word, as written. */
  readonly text: string
  readonly kind: ProxyKind
  /** The keyword, and the number its line had in this tree; 0: none. See `LineTable.repeat`. */
  readonly keyword: string
  readonly tree: HaproxyTree
  readonly repeat: number
  readonly to: Settings
  readonly place: Place | null
}

/** Where a setting was written: the only thing in which equal lines of two sections differ. */
export type Place = 'modeAt' | 'balanceAt' | 'hashTypeAt' | 'checkAt' | 'cookieAt'

/**
 * What a proxy inherits from `defaults`. Records are copied before they are changed.
 * Places of what many sections repeat stand in the proxy, so that sections with equal lines can share one object.
 */
export interface Settings {
  mode: 'http' | 'tcp' | 'other'
  enabled: boolean
  disabledAt: Span | null
  defaultBackend: Named | null
  balance: { readonly words: readonly string[]; readonly algorithm: Algorithm } | null
  hashType: { readonly method: 'map-based' | 'consistent'; readonly fn: string; readonly modifier: string | null } | null
  hashBalanceFactor: number | null
  serverDefaults: ServerDefaults
  cookie: Extract<Persistence, { readonly kind: 'cookie' }> | null
  rdpCookie: Extract<Persistence, { readonly kind: 'rdp-cookie' }> | null
  retries: number
  redispatch: boolean
  retryOn: readonly string[]
  allBackups: boolean
  timeoutsMs: Readonly<Record<string, number>>
  settings: Readonly<Record<string, string>>
  monitorUri: Named | null
  stats: StatsDraft | null
  check: HealthCheck | null
  /** Parts that `http-check` lines add to the check. */
  checkSend: { readonly method: string | null; readonly uri: string | null; readonly version: string | null; readonly host: string | null } | null
  checkExpect: string | null
  /** Places of inherited lines that shape listeners and pools. */
  origin: readonly Span[]
  /** What lines under exactly these settings led to; null: none yet. */
  known: KnownLine[] | null
}

export type RulePhase = 'tcp-connection' | 'tcp-session' | 'tcp-content' | 'http-request' | 'redirect'

export type RuleLists = Readonly<Record<RulePhase, readonly RuleDraft[]>>

export interface ProxyDraft extends AclScope, MemberSink {
  readonly kind: ProxyKind
  readonly name: string
  /** File the section stands in. */
  readonly tree: HaproxyTree
  /** Of the opening. */
  readonly line: number
  readonly at: Span
  readonly defaults: ProxyDraft | null
  settings: Settings
  /** False: other proxies use `settings` too, so it is copied before it changes. */
  ownsSettings: boolean
  modeAt: Span | null
  balanceAt: Span | null
  hashTypeAt: Span | null
  checkAt: Span | null
  cookieAt: Span | null
  binds: readonly BindDraft[]
  rules: RuleLists
  switching: readonly SwitchDraft[]
  monitorFail: readonly RuleDraft[]
  /** Rules on answers that can change more than headers. */
  answers: readonly AnswerRule[]
  selectors: readonly ServerSelector[]
  persistence: readonly Persistence[]
  inspectDelayMs: number
  /** Some content rule looks at data of these levels, so HAProxy waits for it. */
  waitsForHello: boolean
  waitsForRequest: boolean
  expectProxy: boolean
  /** Rules of another proxy lead here, or may. */
  isReached: boolean
  /** The last entry that named this pool in a `use_backend` line; see `switchingSteps`. */
  namedBy: ProxyDraft | null
  /** Address of `dispatch` or the word `transparent`. */
  dispatchAt: Span | null
}

const noSpans: readonly Span[] = []

/** One empty list for all: most proxies of a large file have no rules of their own. */
const none: readonly never[] = []
const noRules: RuleLists = { 'tcp-connection': none, 'tcp-session': none, 'tcp-content': none, 'http-request': none, redirect: none }

/** The list with one more; the shared empty list is replaced, any other grows in place. */
export function appended<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.length === 0) return [item]
  const own = list as Item[]
  own.push(item)
  return own
}

export function addRule(proxy: ProxyDraft, phase: RulePhase, rule: RuleDraft): void {
  proxy.rules = { ...proxy.rules, [phase]: appended(proxy.rules[phase], rule) }
}

export function initialSettings(): Settings {
  return {
    mode: 'tcp', enabled: true, disabledAt: null, defaultBackend: null, balance: null, hashType: null, hashBalanceFactor: null,
    serverDefaults: initialServerDefaults(), cookie: null, rdpCookie: null, retries: 3, redispatch: false, retryOn: noWords, allBackups: false,
    timeoutsMs: noNumbers, settings: noSettings, monitorUri: null, stats: null, check: null, checkSend: null, checkExpect: null, origin: noSpans, known: null,
  }
}

const noWords: readonly string[] = []
const noNumbers: Readonly<Record<string, number>> = Object.freeze({})
const noSettings: Readonly<Record<string, string>> = Object.freeze({})

/** `base`: the defaults it starts with; `settings`: what holds without. Both are shared until a line changes them. */
export function createProxy(kind: ProxyKind, name: string, tree: HaproxyTree, line: number, at: Span, base: ProxyDraft | null, settings: Settings): ProxyDraft {
  return {
    kind, name, tree, line, at, defaults: kind === 'defaults' ? null : base, settings: base === null ? settings : base.settings, ownsSettings: false, acls: noAcls, binds: none,
    modeAt: base === null ? null : base.modeAt, balanceAt: base === null ? null : base.balanceAt, hashTypeAt: base === null ? null : base.hashTypeAt,
    checkAt: base === null ? null : base.checkAt, cookieAt: base === null ? null : base.cookieAt,
    rules: noRules, switching: none, monitorFail: none, answers: none, selectors: none, persistence: none, runStart: 0, runCount: 0, slots: none, plainDefaults: null, memberNames: null,
    inspectDelayMs: 0, waitsForHello: false, waitsForRequest: false, expectProxy: false, isReached: false, namedBy: null, dispatchAt: null,
  }
}

export function isPoolKind(kind: ProxyKind): boolean {
  return kind === 'backend' || kind === 'listen'
}

export function isEntryKind(kind: ProxyKind): boolean {
  return kind === 'frontend' || kind === 'listen'
}

/** Makes sure that changing the settings changes those of this proxy only. */
export function ownSettings(proxy: ProxyDraft): void {
  if (proxy.ownsSettings) return
  proxy.settings = { ...proxy.settings, known: null }
  proxy.ownsSettings = true
}

/** Place of the name in the opening line; the line where there is none. */
export function nameSpanOf(tree: HaproxyTree, line: number, at: Span): Span {
  const word = (tree.lines.firstWord[line] as number) + 1
  if (word >= (tree.lines.firstWord[line + 1] as number)) return at
  return { file: tree.file.path, start: tree.lines.wordStart[word] as number, end: tree.lines.wordEnd[word] as number }
}

/** Adds one setting to a record that may be shared with `defaults`. */
export function setSetting(settings: Settings, key: string, value: string): void {
  if (settings.settings[key] === value) return
  settings.settings = { ...settings.settings, [key]: value }
}
