import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { keyword, statementSpan } from './accessors.ts'
import { hasConditions } from './conditionals.ts'
import { conditionalDepths } from './conditional-faults.ts'
import { proxyKinds } from './sections.ts'
import { type HaproxyTree } from './tree.ts'

const frontSides: ReadonlySet<string> = new Set(['frontend', 'listen'])
const backSides: ReadonlySet<string> = new Set(['backend', 'listen'])

/** Two frontends or two backends of one name. Names inside conditional blocks are left to compile, which knows the branch. */
export function checkNames(tree: HaproxyTree, findings: Diagnostic[]): void {
  const fronts = new Map<string, number>()
  const backs = new Map<string, number>()
  const skip = hasConditions(tree) ? conditionalDepths(tree) : null
  for (const section of tree.sections) {
    if (section.name === null || !proxyKinds.has(section.kind) || section.kind === 'defaults') continue
    if (skip !== null && (skip[section.line] as number) > 0) continue
    const { name, kind, line } = section
    const earlier = (frontSides.has(kind) ? fronts.get(name) : undefined) ?? (backSides.has(kind) ? backs.get(name) : undefined)
    if (earlier !== undefined) {
      const earlierKind = keyword(tree, earlier)
      findings.push(diagnostic({
        code: 'haproxy/duplicate-proxy',
        severity: 'error',
        message: `HAProxy will not start: ${kind} '${name}' has the same name as ${earlierKind} '${name}' above.`,
        at: statementSpan(tree, line),
        related: [{ at: statementSpan(tree, earlier), message: `First ${earlierKind} '${name}'` }],
        source: 'H-DEF-6',
        names: [kind, name],
      }))
      continue
    }
    if (frontSides.has(kind)) fronts.set(name, line)
    if (backSides.has(kind)) backs.set(name, line)
  }
}
