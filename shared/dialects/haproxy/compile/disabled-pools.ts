import { never } from '#shared/model/predicate.ts'
import type { Matcher, Predicate, Template, View } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import type { ProxyDraft } from './proxy.ts'
import { addGap } from './state.ts'
import type { CompileState } from './state.ts'

/**
 * When a `use_backend` rule applies whose pool is computed: from 3.4 on it is passed over while that pool is disabled (H-ORD-19).
 *
 * Shape: `when` itself where no pool is disabled, or none that the text can name. A text with several computed parts is an
 * opaque condition with a gap at `origin`.
 */
export function unlessDisabled(state: CompileState, pools: ReadonlyMap<string, ProxyDraft>, when: Predicate, target: Template, origin: Span): Predicate {
  if (state.release < 304) return when
  const disabled: string[] = []
  for (const pool of pools.values()) if (!pool.settings.enabled) disabled.push(pool.name)
  if (disabled.length === 0) return when
  const views = target.parts.filter((part) => typeof part !== 'string')
  const [view] = views
  if (view === undefined) return disabled.includes(target.parts.join('')) ? never : when
  if (views.length > 1) {
    const reason = 'Whether the computed pool is a disabled one is not modelled.'
    addGap(state, 'opaque-condition', target.text, reason, origin)
    return { kind: 'and', of: [when, { kind: 'opaque', text: `${target.text} names none of the disabled pools ${disabled.join(' ')}`, reason, dependsOn: 'request', origin }] }
  }
  const at = target.parts.indexOf(view)
  const before = target.parts.slice(0, at).join('')
  const after = target.parts.slice(at + 1).join('')
  const values = disabled
    .filter((name) => name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after))
    .map((name) => name.slice(before.length, name.length - after.length))
  if (values.length === 0) return when
  const asText: View = view.type === 'string' ? view : { ...view, transforms: [...view.transforms, { kind: 'cast', to: 'string' }], type: 'string' }
  const test = (matcher: Matcher): Predicate => ({ kind: 'test', view: asText, matcher, origin })
  const names = test({ kind: 'exact', values, ignoreCase: false })
  // A value that is absent adds nothing to the text around it.
  return { kind: 'and', of: [when, { kind: 'not', of: values.includes('') ? { kind: 'or', of: [names, { kind: 'not', of: test({ kind: 'exists' }) }] } : names }] }
}
