/**
 * The editor's own modules in the order of their dependencies, the heavy ones first.
 *
 * Evaluated together they hold the window for over a tenth of a second; each of these is a task of its own.
 */
const parts: readonly (() => Promise<unknown>)[] = [
  () => import('monaco-editor/base/browser/dom'),
  () => import('monaco-editor/platform/configuration/common/configurationRegistry'),
  () => import('monaco-editor/editor/common/model/textModel'),
  () => import('monaco-editor/editor/browser/widget/codeEditor/codeEditorWidget'),
  () => import('monaco-editor/editor/standalone/browser/standaloneServices'),
  () => import('monaco-editor/features/codicon/register'),
  () => import('monaco-editor/features/find/register'),
  () => import('monaco-editor/features/folding/register'),
  () => import('monaco-editor/features/hover/register'),
  () => import('monaco-editor/features/gotoError/register'),
  () => import('monaco-editor/features/stickyScroll/register'),
  () => import('monaco-editor/features/diffEditor/register'),
  () => import('monaco-editor/editor'),
]

/** Evaluates the editor's modules piece by piece, so that the window answers in between. */
export async function loadMonacoParts(): Promise<void> {
  for (const load of parts) {
    await load()
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}
