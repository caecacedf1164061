import { parseHaproxy } from '#shared/dialects/haproxy/parser.ts'
import type { HaproxyTree } from '#shared/dialects/haproxy/tree.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

export function fileOf(text: string, path = 'haproxy.cfg'): SourceFile {
  return { path, text, role: 'config', encoding: 'utf-8' }
}

export function treeOf(text: string): HaproxyTree {
  return parseHaproxy(fileOf(text)).tree
}
