import type { MemberOptions } from '#shared/model/pool.ts'
import type { HaproxyTree } from '../tree.ts'
import { applyOptions, builtInOptions, copyDraft, finishOptions } from './server-options.ts'
import type { OptionDraft } from './server-options.ts'
import type { CompileState, LineRef } from './state.ts'

/** What `default-server` lines gave so far. A new object for each such line, so it can key a cache. */
export interface ServerDefaults {
  readonly base: OptionDraft
  /** Finished options by the text behind the address. */
  readonly byTail: Map<string, MemberOptions>
  /** The same by `LineTable.repeat` of one file. */
  readonly repeats: { tree: HaproxyTree | null; options: (MemberOptions | undefined)[] }
}

export function initialServerDefaults(): ServerDefaults {
  return { base: builtInOptions, byTail: new Map(), repeats: { tree: null, options: [] } }
}

/** `default-server` with what stood before it (H-DEF-9). */
export function withDefaultServer(state: CompileState, ref: LineRef, before: ServerDefaults): ServerDefaults {
  const base = copyDraft(before.base)
  applyOptions(state, ref, 1, base)
  return { base, byTail: new Map(), repeats: { tree: null, options: [] } }
}

/** Options by the text behind the address; undefined: that text was not read before. */
export function knownOptions(defaults: ServerDefaults, tree: HaproxyTree, line: number, addressEnd: number, end: number): MemberOptions | undefined {
  const repeat = tree.lines.repeat[line] as number
  const { repeats } = defaults
  if (repeat !== 0 && repeats.tree === tree) {
    const known = repeats.options[repeat]
    if (known !== undefined) return known
  }
  const options = defaults.byTail.get(tree.file.text.slice(addressEnd, end))
  if (options !== undefined && repeat !== 0) {
    if (repeats.tree !== tree) {
      repeats.tree = tree
      repeats.options = []
    }
    repeats.options[repeat] = options
  }
  return options
}

/** Options of a `server` or `server-template` line whose address is word `addressAt`; equal ones share an object. */
export function optionsOf(state: CompileState, ref: LineRef, addressAt: number, defaults: ServerDefaults): MemberOptions {
  if (ref.cooked !== null) {
    const draft = copyDraft(defaults.base)
    applyOptions(state, ref, addressAt + 1, draft)
    return finishOptions(draft)
  }
  const { lines, file } = ref.tree
  const first = lines.firstWord[ref.line] as number
  const next = lines.firstWord[ref.line + 1] as number
  const tail = file.text.slice(lines.wordEnd[first + addressAt], lines.wordEnd[next - 1])
  const known = defaults.byTail.get(tail)
  if (known !== undefined) return known
  const before = state.diagnostics.length + state.gaps.length
  const draft = copyDraft(defaults.base)
  applyOptions(state, ref, addressAt + 1, draft)
  const options = finishOptions(draft)
  // Lines with findings are read again, so that each of them gets its own.
  if (state.diagnostics.length + state.gaps.length === before) defaults.byTail.set(tail, options)
  return options
}
