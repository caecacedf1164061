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
