import { always } from '#shared/model/predicate.ts'
import type { Directive } from '../tree.ts'
import type { ServerContext } from './context.ts'
import type { Level } from './levels.ts'
import { addGap, type ScopeDraft } from './state.ts'
import { nameOf, wordsOf } from './words.ts'

/** Directives that run code of their own, which may do anything to a request. */
const code = /_by_(?:lua|njs)|^js_(?:content|set|access|header_filter|body_filter|periodic)|^perl|^set_by_|^passenger|^auth_jwt|^access_by|^rewrite_by|^content_by/

export function isCode(directive: Directive): boolean {
  return code.test(nameOf(directive)) || directive.opaque !== null
}

/** Code in one level and those around it, as an effect that may change everything. */
export function addUnmodelled(server: ServerContext, level: Level, draft: ScopeDraft): void {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    for (const directive of at.directives) {
      if (!isCode(directive)) continue
      const reason = 'code runs here that is not looked at'
      addGap(server.state, 'opaque-effect', directive, reason)
      draft.add(nameOf(directive), always, { kind: 'opaque-effect', text: `${wordsOf(directive)} ${directive.opaque?.raw ?? ''}`.trim(), reason }, directive.span)
    }
  }
}
