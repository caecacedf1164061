/** Modules of the editor that are only loaded ahead of time; nothing of them is used by name. */
declare module 'monaco-editor/base/browser/dom'
declare module 'monaco-editor/platform/configuration/common/configurationRegistry'
declare module 'monaco-editor/editor/common/model/textModel'
declare module 'monaco-editor/editor/browser/widget/codeEditor/codeEditorWidget'
declare module 'monaco-editor/features/*'
