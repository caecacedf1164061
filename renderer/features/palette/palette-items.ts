import type { Command } from '#renderer/app/commands.ts'
import type { Finding } from '#renderer/features/review/findings.ts'
import type { TopologyNode } from '#shared/view/topology-view.ts'

export type PaletteItem =
  | { readonly kind: 'command'; readonly id: string; readonly title: string; readonly group: string; readonly keys: string }
  | { readonly kind: 'node'; readonly id: string; readonly title: string; readonly group: string; readonly keys: string }
  | { readonly kind: 'finding'; readonly id: string; readonly title: string; readonly group: string; readonly keys: string }

const shownPerKind = 30

/**
 * What the palette lists for the words typed: commands, then findings, then boxes of the picture.
 * Every word must be found; titles that begin with the first word come first; otherwise the given order stays.
 */
export function toPaletteItems(words: string, commands: readonly Command[], findings: readonly Finding[], nodes: readonly TopologyNode[]): readonly PaletteItem[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const pick = <T>(items: readonly T[], text: (item: T) => string): readonly T[] => {
    const found = items.filter((item) => wanted.every((word) => text(item).includes(word)))
    const first = wanted[0]
    const starts = (item: T): number => (first !== undefined && text(item).startsWith(first) ? 0 : 1)
    return found.toSorted((a, b) => starts(a) - starts(b)).slice(0, wanted.length === 0 ? items.length : shownPerKind)
  }
  const listed = pick(commands, (command) => `${command.title} ${command.group}`.toLowerCase())
  const rest: PaletteItem[] = wanted.length === 0
    ? []
    : [
        ...pick(findings, (finding) => finding.text.toLowerCase()).map((finding) => ({ kind: 'finding' as const, id: finding.id, title: finding.text, group: 'What changes', keys: '' })),
        ...pick(nodes, (node) => `${node.title} ${node.search}`.toLowerCase()).map((node) => ({ kind: 'node' as const, id: node.id, title: node.title, group: 'In the picture', keys: node.kindWord })),
      ]
  return [...listed.map((command) => ({ kind: 'command' as const, id: command.id, title: command.title, group: command.group, keys: command.keys[0] ?? '' })), ...rest]
}
