import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { isRegex, locationHead } from '../location.ts'
import type { LocationHead } from '../location.ts'
import type { Directive } from '../tree.ts'
import type { Level } from './contexts.ts'
import { refuse } from './report.ts'

/** Locations that nginx refuses: twice the same text, or inside one that cannot hold them. Source: N-LEX-8b to 8d, N-NEST-1 to 3. */
export function checkLocations(levels: readonly Level[], findings: Diagnostic[]): void {
  for (const level of levels) if (level.context === 'server' || level.context === 'location') checkSiblings(level, findings)
}

function checkSiblings(level: Level, findings: Diagnostic[]): void {
  const first = new Map<string, Directive>()
  const parent = level.owner?.name.value === 'location' ? locationHead(level.owner) : null
  for (const directive of level.directives) {
    if (directive.name.value !== 'location' || directive.block === null || directive.args.length > 2) continue
    const head = locationHead(directive)
    if (head === null) {
      const modifier = directive.args[0]
      if (modifier !== undefined) refuse(findings, { code: 'nginx/location-modifier', why: `'${modifier.value}' is no modifier of a location; there are =, ^~, ~ and ~*`, at: modifier.span, names: [modifier.value] })
      continue
    }
    if (parent !== null) checkInside(directive, head, parent, findings)
    if (isRegex(head.kind) || head.kind === 'named') continue
    const key = `${head.kind === 'exact' ? '=' : ''} ${head.text}`
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, directive)
    else {
      refuse(findings, {
        code: 'nginx/duplicate-location', why: `location '${head.text}' stands twice in the same server or location`, at: headSpan(directive), names: [head.kind === 'exact' ? '=' : 'prefix', head.text], source: 'N-LEX-8b, N-LEX-8d',
        related: [{ at: headSpan(earlier), message: `First location '${head.text}'` }],
      })
    }
  }
}

function checkInside(directive: Directive, head: LocationHead, parent: LocationHead, findings: Diagnostic[]): void {
  const report = (why: string): void => { refuse(findings, { code: 'nginx/location-nesting', why, at: headSpan(directive), names: [head.text, parent.text], source: 'N-NEST-1, N-NEST-3' }) }
  if (parent.kind === 'exact') report(`location '${head.text}' cannot stand inside the exact location '${parent.text}'`)
  else if (parent.kind === 'named') report(`location '${head.text}' cannot stand inside the named location '${parent.text}'`)
  else if (head.kind === 'named') report(`the named location '${head.text}' must stand directly in the server`)
  else if (!isRegex(head.kind) && !head.text.startsWith(parent.text)) report(`location '${head.text}' does not start with '${parent.text}', the location around it`)
}

/** From the name to the last argument, without the block. */
function headSpan(directive: Directive): Directive['span'] {
  const last = directive.args.at(-1) ?? directive.name
  return { ...directive.name.span, end: last.span.end }
}
