import { useEffect } from 'react'
import { commands } from './commands.ts'
import { useApp } from './context.ts'
import { commandOfKey, toKeyName } from './key-map.ts'

const isInside = (target: Element | null, selector: string): boolean => target !== null && target.closest(selector) !== null

const typesText = (target: Element | null): boolean =>
  target !== null && (target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]') || isInside(target, '.monaco-editor textarea, [role=textbox]'))

/** Listens for the keys of all commands while no dialog is open. Monaco is read-only, so bare keys work there too. */
export function Keyboard() {
  const { store, run, actions } = useApp()
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const name = toKeyName(event)
      if (name === null || event.defaultPrevented || event.isComposing) return
      const target = event.target instanceof Element ? event.target : null
      const inEditor = isInside(target, '.monaco-editor')
      const typing = typesText(target) && !(inEditor && !isFindBox(target))
      const dialogOpen = store.get().dialog.kind !== 'none'
      if (name === 'Escape' && !dialogOpen && !typing && !inEditor) {
        if (store.get().workspace === 'live') actions.clearLiveSelection()
        else actions.clearSelection()
        return
      }
      // A button, a link, a row or a box in the picture opens itself.
      if ((name === 'Enter' || name === 'Space') && target?.closest('button, a, summary, input, [role], [tabindex="0"]') !== null && target !== document.body) return
      const id = commandOfKey(commands, name, typing, inEditor)
      if (id === null || (dialogOpen && !(id === 'palette'))) return
      if (isInside(target, '[role=menu], [role=dialog]')) return
      event.preventDefault()
      run(id)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [store, run, actions])
  return null
}

function isFindBox(target: Element | null): boolean {
  return isInside(target, '.find-widget')
}
