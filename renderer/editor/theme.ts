import { editor } from 'monaco-editor/editor'

/** Colours of words; those of the mock, and for light the same hues dark enough to read. */
const words = {
  dark: { keyword: 'c792ea', section: 'c792ea', name: '82aaff', string: 'c3e88d', number: 'f0a63a', variable: '5ad1c0', operator: 'a3b0c0', comment: '8592a3', invalid: 'ff5d78' },
  light: { keyword: '7b30a8', section: '7b30a8', name: '1d55b8', string: '39701c', number: '8a4b00', variable: '0c6e61', operator: '435060', comment: '505d6c', invalid: 'c81e3f' },
} as const

const names = { dark: 'steelyard-dark', light: 'steelyard-light' } as const

/** Defines the theme from the design tokens that hold at `element`, and switches every editor to it. */
export function applyTheme(theme: 'dark' | 'light', element: Element): void {
  const style = getComputedStyle(element)
  // A canvas spells every colour as #rrggbb; the build may have shortened it to three digits or to a name.
  const speller = document.createElement('canvas').getContext('2d')
  const token = (name: string): string => {
    if (speller === null) return theme === 'dark' ? '#13181f' : '#ffffff'
    speller.fillStyle = theme === 'dark' ? '#13181f' : '#ffffff'
    speller.fillStyle = style.getPropertyValue(`--${name}`).trim()
    return speller.fillStyle
  }
  const rules = Object.entries(words[theme]).map(([name, foreground]) => ({ token: name, foreground, ...(name === 'section' ? { fontStyle: 'bold' } : {}) }))
  editor.defineTheme(names[theme], {
    base: theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [...rules, { token: '', foreground: token('text').slice(1) }],
    colors: {
      'editor.background': token('surface'), 'editor.foreground': token('text'), 'editorGutter.background': token('surface'),
      'editorLineNumber.foreground': `#${words[theme].comment}`, 'editorLineNumber.activeForeground': token('text'),
      'editor.lineHighlightBackground': `${token('brass')}14`, 'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': `${token('brass')}44`, 'editor.inactiveSelectionBackground': `${token('brass')}2a`,
      'editor.findMatchBackground': `${token('brass')}88`, 'editor.findMatchHighlightBackground': `${token('brass')}44`,
      'editorWidget.background': token('raised'), 'editorWidget.border': token('line-strong'), 'editorHoverWidget.background': token('raised'), 'editorHoverWidget.border': token('line-strong'),
      'editorStickyScroll.background': token('surface'), 'editorStickyScrollHover.background': token('raised'),
      'diffEditor.insertedLineBackground': `${token('added')}29`, 'diffEditor.removedLineBackground': `${token('removed')}29`,
      // On light ground more would cost the words their contrast (4.5:1).
      'diffEditor.insertedTextBackground': `${token('added')}${theme === 'dark' ? '5c' : '24'}`, 'diffEditor.removedTextBackground': `${token('removed')}${theme === 'dark' ? '26' : '1c'}`,
      'diffEditorGutter.insertedLineBackground': `${token('added')}29`, 'diffEditorGutter.removedLineBackground': `${token('removed')}29`,
      'diffEditor.diagonalFill': `${token('line-strong')}66`, 'diffEditor.unchangedRegionBackground': token('raised'), 'diffEditor.unchangedRegionForeground': token('text-2'), 'diffEditor.unchangedCodeBackground': '#00000000',
      'diffEditorOverview.insertedForeground': token('added'), 'diffEditorOverview.removedForeground': token('removed'),
      'editorError.foreground': token('critical'), 'editorWarning.foreground': token('warning'), 'editorInfo.foreground': token('notice'),
      'scrollbarSlider.background': `${token('text-3')}44`, 'scrollbarSlider.hoverBackground': `${token('text-3')}77`, 'scrollbarSlider.activeBackground': `${token('text-3')}99`,
      focusBorder: token('notice'), 'editorCursor.foreground': token('text'), 'scrollbar.shadow': '#00000000',
    },
  })
  editor.setTheme(names[theme])
}
