import { editor } from 'monaco-editor/editor'
import { StringBuffer } from 'monaco-editor/editor/common/model/pieceTreeTextBuffer/pieceTreeBase'
import { PieceTreeTextBuffer } from 'monaco-editor/editor/common/model/pieceTreeTextBuffer/pieceTreeTextBuffer'
import { MonospaceLineBreaksComputerFactory, type LineContext } from 'monaco-editor/editor/common/viewModel/monospaceLineBreaksComputer'

/** From this many characters on the ways around Monaco's slow passes are worth it: a file of some 4 000 lines. */
const largeFrom = 200_000
/** Anything but tab, LF and printable ASCII: Monaco then has to look at every character itself. */
const needsCare = /[^\t\n\x20-\x7e]/

/**
 * A model as `editor.createModel` makes it. For a large text of plain ASCII the line starts are found by searching for
 * LF instead of visiting every character, and pairs of brackets are not coloured, which would read the text to its end
 * before the first frame.
 */
export function createTextModel(text: string, language: string): editor.ITextModel {
  if (text.length < largeFrom) return editor.createModel(text, language)
  // The buffer factory takes the way of a string through `createModel`; the declared type only knows strings.
  const model = editor.createModel(needsCare.test(text) ? text : (bufferFactory(text) as unknown as string), language)
  model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } })
  return model
}

function bufferFactory(text: string) {
  const create = () => {
    const textBuffer = new PieceTreeTextBuffer([new StringBuffer(text, lineStartsOf(text))], '', '\n', false, false, true, true)
    return { textBuffer, disposable: textBuffer }
  }
  return { create, getFirstLineText: (limit: number) => text.slice(0, Math.min(limit, text.indexOf('\n') === -1 ? limit : text.indexOf('\n'))) }
}

function lineStartsOf(text: string): Uint32Array {
  let starts = new Uint32Array(1 + (text.length >> 4))
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (count === starts.length) {
      const longer = new Uint32Array(count * 2)
      longer.set(starts)
      starts = longer
    }
    starts[count++] = at + 1
  }
  return starts.subarray(0, count)
}

/**
 * Runs `attach`, which shows new models that carry no decorations yet. An editor that does not wrap asks each line for
 * its text and the words inserted into it, only to count one row per line; this spares the asking.
 */
export function attachQuickly(models: readonly editor.ITextModel[], attach: () => void): void {
  const large = models.filter((model) => model.getValueLength() >= largeFrom) 
  for (const model of large) {
    const lines = new Array<string>(model.getLineCount())
    Object.assign(model, { getLinesContent: () => lines, getLineInjectedText: () => null })
  }
  try {
    attach()
  } finally {
    for (const model of large) {
      Reflect.deleteProperty(model, 'getLinesContent')
      Reflect.deleteProperty(model, 'getLineInjectedText')
    }
  }
}

const inner = MonospaceLineBreaksComputerFactory.prototype.createLineBreaksComputer
/** Without wrapping only lines with inserted words need a look at their text. */
MonospaceLineBreaksComputerFactory.prototype.createLineBreaksComputer = function createLineBreaksComputer(context, fontInfo, tabSize, wrappingColumn, ...others) {
  if (wrappingColumn !== -1) return inner.call(this, context, fontInfo, tabSize, wrappingColumn, ...others)
  const lines: number[] = []
  return {
    addRequest: (line: number) => void lines.push(line),
    finalize: () => lines.map((line) => {
      const injected = context.getLineInjectedText(line)
      if (injected === null || injected.length === 0) return null
      const single: LineContext = { getLineContent: () => context.getLineContent(line), getLineInjectedText: () => injected }
      const computer = inner.call(this, single, fontInfo, tabSize, wrappingColumn, ...others)
      computer.addRequest(line, null)
      return computer.finalize()[0]
    }),
  }
}
