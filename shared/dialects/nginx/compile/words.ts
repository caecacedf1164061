import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'

/** The directive as its words say it, quotes and comments aside, with its block. */
export function wordsOf(directive: Directive): string {
  const line = headWords(directive)
  // What another language says counts as it stands.
  if (directive.opaque !== null) return `${line} {${directive.opaque.raw}}`
  return directive.block === null ? line : `${line} { ${directive.block.directives.map(wordsOf).join('; ')} }`
}

/** The words in front of a block. */
export function headWords({ name, args }: Directive): string {
  let line = name.value
  for (const { value } of args) line += ` ${shownWord(value)}`
  return line
}

function shownWord(value: string): string {
  return value === '' || /[\s;{}"']/.test(value) ? JSON.stringify(value) : value
}

/** The directive without its block: what people look at. */
export function headOf({ name, args, block, span }: Directive): Span {
  if (block === null) return span
  const last = args[args.length - 1] ?? name
  return { file: span.file, start: span.start, end: last.span.end }
}

export function nameOf(directive: Directive): string {
  return directive.name.value
}

/** Value of an argument; empty where there are fewer. */
export function argument(directive: Directive, index: number): string {
  return directive.args[index]?.value ?? ''
}

export function values(directive: Directive): readonly string[] {
  return directive.args.map(({ value }) => value)
}

const none: readonly Directive[] = []

export function childrenOf(directive: Directive): readonly Directive[] {
  return directive.block?.directives ?? none
}

export function named(directives: readonly Directive[], name: string): readonly Directive[] {
  let found: Directive[] | null = null
  for (const directive of directives) {
    if (directive.name.value !== name) continue
    if (found === null) found = [directive]
    else found.push(directive)
  }
  return found ?? none
}
