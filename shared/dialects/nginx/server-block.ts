import type { Span } from '#shared/text/span.ts'
import { tokenKinds } from './tree.ts'
import type { Block, Directive, Word } from './tree.ts'
import { DirectiveNode, WordNode } from './words.ts'
import type { TokenSource } from './words.ts'

/** An IPv4 address with a port, and options that nginx takes whatever the method is. Nearly all lines of big groups are like that. */
const plainServer = /server[ \t]+[0-9.]+:[0-9]+(?:[ \t]+(?:weight=[1-9][0-9]*|max_fails=[0-9]+|max_conns=[0-9]+|fail_timeout=[0-9]+s?))*[ \t]*;/y

/**
 * The block of a group whose servers are all plain. Their directives are made when somebody asks: big configs have hundreds of
 * thousands, and nothing can be wrong with them.
 */
export class ServerBlock implements Block {
  /** Directives that are no servers. */
  readonly others: readonly Directive[]
  readonly servers: number
  /** Token of `}`. */
  readonly last: number
  readonly #source: TokenSource
  readonly #first: number
  #directives: readonly Directive[] | null = null

  private constructor(source: TokenSource, first: number, last: number, others: readonly Directive[], servers: number) {
    this.#source = source
    this.#first = first
    this.last = last
    this.others = others
    this.servers = servers
  }

  /** The block behind the `{` that is the token `open`; null: it has other servers or blocks, breaks off, or `isForeign` says so of a comment in it. */
  static read(source: TokenSource, open: number, isForeign: (comment: number) => boolean): ServerBlock | null {
    const { file: { text }, tokens } = source
    const others: Directive[] = []
    let servers = 0
    for (let token = open + 1; token < tokens.count; token += 1) {
      const kind = tokens.kind[token]
      if (kind === tokenKinds.blank) continue
      if (kind === tokenKinds.close) return new ServerBlock(source, open + 1, token, others, servers)
      if (kind === tokenKinds.comment) {
        if (isForeign(token)) return null
        continue
      }
      if (kind !== tokenKinds.word) return null
      const start = tokens.start[token] as number
      plainServer.lastIndex = start
      if (plainServer.test(text)) {
        servers += 1
        while ((tokens.start[token + 1] as number) < plainServer.lastIndex) token += 1
        continue
      }
      const first = token
      token = endOf(source, token)
      if (token === -1) return null
      const directive = directiveOf(source, first, token)
      if (directive.name.value === 'server' || directive.name.value === 'include') return null
      others.push(directive)
    }
    return null
  }

  get open(): Span {
    return this.#spanOf(this.#first - 1)
  }

  get close(): Span {
    return this.#spanOf(this.last)
  }

  get directives(): readonly Directive[] {
    this.#directives ??= this.#read()
    return this.#directives
  }

  #spanOf(token: number): Span {
    const { file, tokens } = this.#source
    return { file: file.path, start: tokens.start[token] as number, end: tokens.start[token + 1] as number }
  }

  #read(): readonly Directive[] {
    const { tokens } = this.#source
    const directives = new Array<Directive>(this.servers + this.others.length)
    let found = 0
    let other = 0
    for (let token = this.#first; token < this.last; token += 1) {
      if (tokens.kind[token] !== tokenKinds.word) continue
      const end = endOf(this.#source, token)
      const known = this.others[other]
      if (known !== undefined && known.name.span.start === tokens.start[token]) {
        directives[found] = known
        other += 1
      } else directives[found] = directiveOf(this.#source, token, end)
      found += 1
      token = end
    }
    return directives
  }
}

/** Token of the `;` behind the words from `first` on; -1: something else ends them. */
function endOf({ tokens }: TokenSource, first: number): number {
  for (let token = first; token < tokens.count; token += 1) {
    const kind = tokens.kind[token]
    if (kind === tokenKinds.end) return token
    if (kind === tokenKinds.open || kind === tokenKinds.close || kind === tokenKinds.opaque || kind === tokenKinds.comment) return -1
  }
  return -1
}

function directiveOf(source: TokenSource, first: number, end: number): Directive {
  const { file, tokens } = source
  let words = 0
  for (let token = first; token < end; token += 1) if (tokens.kind[token] === tokenKinds.word) words += 1
  const start = tokens.start[first] as number
  const nameEnd = tokens.start[first + 1] as number
  const name: Word = new WordNode(file, start, nameEnd, file.text.startsWith('server', start) && nameEnd === start + 6 ? 'server' : null)
  return new DirectiveNode(source, name, first, words, null, start, tokens.start[end + 1] as number)
}

/** Directives of a block but for plain servers of a group: those with which something can be wrong, or that read something. */
export function tellingOf(block: Block): readonly Directive[] {
  return block instanceof ServerBlock ? block.others : block.directives
}
