import type { IncludeRef, Parsed } from '#shared/dialects/dialect.ts'
import { isGlob } from '#shared/text/file-glob.ts'
import { isInclude } from './expand.ts'
import { tellingOf } from './server-block.ts'
import type { Directive, NginxTree } from './tree.ts'

/**
 * Files that `include` names anywhere, in blocks of values as well (`map`, `geo`, `types`).
 *
 * Shape: in order of first appearance, each path once, as written. A dump brings its files along and names none.
 * Certificates are not read.
 * Source: nginx core module, "include"; N-LEX-9.
 */
export function findIncludes(files: readonly Parsed<NginxTree>[]): readonly IncludeRef[] {
  const found = new Map<string, IncludeRef>()
  const visit = (directives: readonly Directive[]): void => {
    for (const directive of directives) {
      if (directive.block !== null) visit(tellingOf(directive.block))
      const path = isInclude(directive) ? (directive.args[0]?.value ?? '') : ''
      if (path === '' || found.has(path)) continue
      const pattern = isGlob(path)
      found.set(path, { path, role: 'included', required: !pattern, folder: false, pattern, at: directive.span })
    }
  }
  for (const { tree } of files) if (tree.parts === null) visit(tree.directives)
  return [...found.values()]
}
