/** Parts of monaco-editor 0.57 that ship without types: the services behind the editors, and the classes of a difference. */
declare module 'monaco-editor/editor/standalone/browser/standaloneServices' {
  export const StandaloneServices: { initialize(overrides: Readonly<Record<string, unknown>>): unknown }
}
declare module 'monaco-editor/editor/common/core/ranges/lineRange' {
  /** One-based, end exclusive. */
  export class LineRange {
    constructor(startLineNumber: number, endLineNumberExclusive: number)
  }
}
declare module 'monaco-editor/editor/common/diff/rangeMapping' {
  import type { Range } from 'monaco-editor/editor'
  import type { LineRange } from 'monaco-editor/editor/common/core/ranges/lineRange'
  export class RangeMapping {
    constructor(originalRange: Range, modifiedRange: Range)
  }
  export class DetailedLineRangeMapping {
    constructor(original: LineRange, modified: LineRange, innerChanges: readonly RangeMapping[] | undefined)
  }
}
declare module 'monaco-editor/editor/common/model/pieceTreeTextBuffer/pieceTreeBase' {
  export class StringBuffer {
    constructor(buffer: string, lineStarts: Uint32Array)
  }
}
declare module 'monaco-editor/editor/common/model/pieceTreeTextBuffer/pieceTreeTextBuffer' {
  import type { StringBuffer } from 'monaco-editor/editor/common/model/pieceTreeTextBuffer/pieceTreeBase'
  export class PieceTreeTextBuffer {
    constructor(chunks: StringBuffer[], mark: string, lineEnd: '\n' | '\r\n', containsRightToLeft: boolean, containsUnusualLineEnds: boolean, isBasicAscii: boolean, lineEndsNormalized: boolean)
  }
}
declare module 'monaco-editor/editor/common/viewModel/monospaceLineBreaksComputer' {
  /** One-based lines. */
  export interface LineContext {
    getLineContent(line: number): string
    getLineInjectedText(line: number): readonly unknown[] | null
  }
  export interface LineBreaksComputer {
    addRequest(line: number, previous: unknown): void
    /** Per request; null: one row. */
    finalize(): unknown[]
  }
  export class MonospaceLineBreaksComputerFactory {
    createLineBreaksComputer(context: LineContext, fontInfo: unknown, tabSize: number, wrappingColumn: number, ...others: unknown[]): LineBreaksComputer
  }
}
