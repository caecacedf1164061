import type { RedirectTarget } from '#shared/model/routing-model.ts'
import { headerValues, pathAndQueryOf } from './request-state.ts'
import type { Unknown } from './sample.ts'
import { templateText } from './templates.ts'
import type { Surroundings } from './transforms.ts'

/**
 * Location of a redirect as byte string; `null`: the rule is skipped because its value is empty and says so.
 * Source: HAProxy configuration manual, "redirect"; H-ORD-16.
 */
export function redirectLocation(target: RedirectTarget, around: Surroundings): string | Unknown | null {
  const value = templateText(target.value, around)
  if (typeof value !== 'string') return value
  if (target.ignoreEmpty && value === '') return null
  if (target.kind === 'location') return value
  const request = around.state.target
  if (typeof request !== 'string') return request
  let path = pathAndQueryOf(request) ?? '/'
  if (target.dropQuery) path = path.split('?', 1)[0] ?? ''
  let location: string
  if (target.kind === 'scheme') {
    const host = headerValues(around.state, 'host', 'comma')[0] ?? ''
    if (typeof host !== 'string') return host
    location = `${value}://${host}${path}`
  } else {
    // A prefix of `/` alone stands for "the same site" and adds nothing.
    location = (value === '/' && target.value.parts.length === 1 ? '' : value) + path
  }
  return target.appendSlash && location !== '' && !location.endsWith('/') ? `${location}/` : location
}
