import type { editor } from 'monaco-editor/editor'
import { toneGlyph } from '#shared/presentation/presentation.ts'
import type { EditorHunkRow, Side } from './props.ts'

const rowHeight = 20

/**
 * A thin row above each changed stretch, in both editors, so that lines stay beside each other; only the side that has
 * lines of it carries the words, inline the one editor there is. Gives a function that takes the rows away again.
 */
export function showHunkRows(view: editor.IStandaloneDiffEditor, given: readonly EditorHunkRow[], layout: 'side-by-side' | 'inline', onPick: (key: string) => void): () => void {
  const rows = layout === 'inline' ? given.map((row): EditorHunkRow => ({ ...row, side: 'after' })) : given
  const removals = (['before', 'after'] as const).map((side) => {
    const target = side === 'before' ? view.getOriginalEditor() : view.getModifiedEditor()
    const keys = new Map<string, string>()
    target.changeViewZones((zones) => {
      for (const row of rows) {
        const id = zones.addZone({
          afterLineNumber: side === 'before' ? row.beforeLine : row.afterLine, heightInPx: rowHeight, domNode: toElement(row, side), marginDomNode: document.createElement('div'),
          // Before whatever else stands at the same place, such as removed lines inline.
          ordinal: 0, showInHiddenAreas: true,
        })
        keys.set(id, row.side === side ? (row.key ?? '') : '')
      }
    })
    const mouse = target.onMouseDown(({ target: under }) => {
      const detail: unknown = 'detail' in under ? under.detail : null
      const id = typeof detail === 'object' && detail !== null && 'viewZoneId' in detail ? detail.viewZoneId : null
      const key = typeof id === 'string' ? (keys.get(id) ?? '') : ''
      if (key !== '') onPick(key)
    })
    return () => {
      mouse.dispose()
      // An editor that has lost its text has lost its rows with it.
      if (target.getModel() !== null) target.changeViewZones((zones) => { for (const id of keys.keys()) zones.removeZone(id) })
    }
  })
  return () => { for (const remove of removals) remove() }
}

function toElement(row: EditorHunkRow, side: Side): HTMLElement {
  // The editor lays out the outer element itself.
  const zone = document.createElement('div')
  const element = document.createElement('div')
  element.className = `hunk-row tone-${row.tone}`
  zone.append(element)
  if (row.side !== side) return zone
  const glyph = document.createElement('b')
  glyph.textContent = toneGlyph[row.tone]
  glyph.setAttribute('aria-hidden', 'true')
  const words = document.createElement('span')
  words.className = 'hunk-words'
  words.textContent = row.text
  const detail = document.createElement('span')
  detail.className = 'hunk-detail'
  detail.textContent = row.detail
  element.append(glyph, words, detail)
  element.title = row.detail === '' ? row.text : `${row.text}: ${row.detail}`
  return zone
}
