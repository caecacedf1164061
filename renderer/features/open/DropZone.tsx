import { FileDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useApp } from '#renderer/app/context.ts'
import { readDropped } from './browser-files.ts'

/** Takes files and folders dropped anywhere in the window. On the desktop they have paths; in a browser they have contents. */
export function DropZone() {
  const { actions } = useApp()
  const [over, setOver] = useState(false)
  useEffect(() => {
    /** What the files are over. It is left after the next one is entered, and never when it goes away meanwhile. */
    let last: EventTarget | null = null
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      last = event.target
      setOver(true)
    }
    const leave = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      if (event.target === last) setOver(false)
    }
    // The mouse moves by itself only when nothing is dragged.
    const moved = (): void => setOver(false)
    const hover = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
    }
    const drop = (event: DragEvent): void => {
      setOver(false)
      if (!carriesFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      const log = event.target instanceof Element && event.target.closest('[data-drop=log]') !== null ? event.dataTransfer.files[0] : undefined
      if (log !== undefined) {
        void actions.weighFile(log)
        return
      }
      const recording = [...event.dataTransfer.files].find((file) => file.name.endsWith('.lbrec'))
      if (recording !== undefined) {
        const path = window.steelyard?.pathOfFile(recording) ?? ''
        void actions.openRecording(path === '' ? { kind: 'file', file: recording } : { kind: 'path', path })
        return
      }
      const bridge = window.steelyard
      const paths = bridge === undefined ? [] : [...event.dataTransfer.files].map((file) => bridge.pathOfFile(file)).filter((path) => path !== '')
      if (paths.length > 0) {
        void actions.openPaths(paths, null)
        return
      }
      readDropped(event.dataTransfer).then(
        (dropped) => actions.openDropped(dropped, null),
        (error: unknown) => actions.notify(error instanceof Error ? error.message : String(error), 'problem'),
      ).catch((error: unknown) => actions.notify(error instanceof Error ? error.message : String(error), 'problem'))
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', hover)
    window.addEventListener('drop', drop)
    window.addEventListener('pointermove', moved)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', hover)
      window.removeEventListener('drop', drop)
      window.removeEventListener('pointermove', moved)
    }
  }, [actions])
  if (!over) return null
  return (
    <div className="drop-zone" aria-hidden="true">
      <div>
        <FileDown size={28} />
        <b>Drop to open</b>
        <span>One file: opened. Two files: compared, the first as baseline. A folder: its configs are found.</span>
      </div>
    </div>
  )
}
