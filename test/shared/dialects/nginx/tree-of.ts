import { expandIncludes, type Expansion } from '#shared/dialects/nginx/expand.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import type { Directive, NginxTree } from '#shared/dialects/nginx/tree.ts'
import type { Parsed } from '#shared/dialects/dialect.ts'

export function parsedOf(text: string, path = 'nginx.conf'): Parsed<NginxTree> {
  const file = { path, text, role: 'config', encoding: 'utf-8' } as const
  return { file, tree: parseNginx(file).tree }
}

export function expansionOf(files: Readonly<Record<string, string>>): Expansion {
  return expandIncludes(Object.entries(files).map(([path, text]) => parsedOf(text, path)))
}

/** Directives as text, one line each, blocks indented: what nginx understood. */
export function shown(directives: readonly Directive[], indent = ''): readonly string[] {
  return directives.flatMap((directive) => {
    const head = indent + [directive.name, ...directive.args].map((word) => (/^[^\s;{}"'\\]+$/.test(word.value) ? word.value : JSON.stringify(word.value))).join(' ')
    if (directive.opaque !== null) return [`${head} {${directive.opaque.raw}}`]
    return directive.block === null ? [`${head};`] : [`${head} {`, ...shown(directive.block.directives, `${indent}  `), `${indent}}`]
  })
}
