import { editor } from 'monaco-editor/editor'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import 'monaco-editor/features/diffEditor/register'
import 'monaco-editor/features/find/register'
import 'monaco-editor/features/folding/register'
import { configPair } from './texts.ts'

/** The yardstick: the same editor with its own advanced difference. */
self.MonacoEnvironment = { getWorker: () => new EditorWorker() }
const query = new URLSearchParams(location.search)
const pair = configPair(Number(query.get('lines') ?? 100), Number(query.get('edits') ?? 10))
const made = editor.createDiffEditor(document.getElementById('root') as HTMLElement, {
  readOnly: true, automaticLayout: true, minimap: { enabled: false }, diffAlgorithm: 'advanced', maxComputationTime: 0, maxFileSize: 1024, ignoreTrimWhitespace: false, renderSideBySide: true, useInlineViewWhenSpaceIsLimited: false,
})
Object.assign(window, {
  ready: true,
  changes: () => made.getLineChanges()?.length ?? 0,
  show: () => made.setModel({ original: editor.createModel(pair.before, 'plaintext'), modified: editor.createModel(pair.after, 'plaintext') }),
})
