/**
 * The heavy part of the editor room, loaded when the first text is shown.
 *
 * Only the entries that are used, and the one worker every editor needs. The order matters: the services must start with
 * our difference before any language is registered.
 */
import type { editor as Editor } from 'monaco-editor/editor'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import { StandaloneServices } from 'monaco-editor/editor/standalone/browser/standaloneServices'
import 'monaco-editor/features/clipboard/register'
import 'monaco-editor/features/codicon/register'
import 'monaco-editor/features/diffEditor/register'
import 'monaco-editor/features/find/register'
import 'monaco-editor/features/folding/register'
import 'monaco-editor/features/gotoError/register'
import 'monaco-editor/features/hover/register'
import 'monaco-editor/features/stickyScroll/register'
import { dialects } from '#shared/dialects/registry.ts'
import { diffProviderFactory } from './diff-provider.ts'
import { registerLanguage } from './languages.ts'

self.MonacoEnvironment = { getWorker: () => new EditorWorker() }
StandaloneServices.initialize({ diffProviderFactoryService: diffProviderFactory })
for (const dialect of dialects) registerLanguage(dialect.language)

/** Above this many characters a text is shown without colours, folding and the like. */
export const plainFrom = 20_000_000

/** What editor and difference have in common. Read only, and everything that reaches for the network or guesses is off. */
export const commonOptions = {
  readOnly: true,
  domReadOnly: true,
  automaticLayout: true,
  minimap: { enabled: false },
  glyphMargin: true,
  lineDecorationsWidth: 8,
  lineNumbersMinChars: 4,
  fontFamily: '"JetBrains Mono", ui-monospace, monospace',
  fontSize: 12,
  lineHeight: 19,
  fontLigatures: false,
  scrollBeyondLastLine: false,
  links: false,
  occurrencesHighlight: 'off',
  selectionHighlight: false,
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false, nonBasicASCII: false },
  renderValidationDecorations: 'on',
  stickyScroll: { enabled: true, maxLineCount: 2 },
  overviewRulerBorder: false,
  contextmenu: false,
  renderWhitespace: 'none',
  fixedOverflowWidgets: true,
  padding: { top: 4 },
} satisfies Editor.IStandaloneEditorConstructionOptions

export { applyTheme } from './theme.ts'
export { editor, MarkerSeverity } from 'monaco-editor/editor'
export { prepareDiff } from './diff-provider.ts'
export { attachQuickly, createTextModel } from './text-model.ts'
