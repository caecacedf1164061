import { File, Folder } from 'lucide-react'
import { useRef, useState, type FormEvent } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { Button, Dialog, Field, Segmented } from '#renderer/ui/primitives.tsx'
import { ofFile, ofFolderInput, ofHandle, type Dropped } from './browser-files.ts'
import { toRecentGroups } from './side-menu.ts'

type Picker = (options: { readonly multiple: boolean }) => Promise<readonly FileSystemFileHandle[]>

/** Opens by path, by the host's dialog, or by the browser's. */
export function OpenDialog({ side: wanted }: { readonly side: Side }) {
  const { actions, client } = useApp()
  const info = useAppState((state) => state.info)
  const recent = useAppState((state) => state.recent)
  const [side, setSide] = useState(wanted)
  const [path, setPath] = useState('')
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)

  const openPath = (event: FormEvent): void => {
    event.preventDefault()
    if (path.trim() === '') return
    actions.closeDialog()
    void actions.openPaths([path.trim()], side)
  }
  const take = (dropped: readonly Dropped[]): void => {
    if (dropped.length === 0) return
    actions.closeDialog()
    void actions.openDropped(dropped, side)
  }
  const choose = async (folders: boolean): Promise<void> => {
    if (info?.dialogs === true) {
      const chosen = await client.call('host.chooseFiles', { title: folders ? 'Open a folder' : 'Open one config, or two to compare', folders, many: !folders })
      if (chosen.ok && chosen.value.length > 0) {
        actions.closeDialog()
        await actions.openPaths(chosen.value, side)
      } else if (!chosen.ok && chosen.failure.code !== 'cancelled') actions.notify(chosen.failure.message, 'problem')
      return
    }
    const picker = (window as { showOpenFilePicker?: Picker }).showOpenFilePicker
    if (folders || picker === undefined) {
      ;(folders ? folder : files).current?.click()
      return
    }
    const handles = await picker({ multiple: true }).catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === 'AbortError')) files.current?.click()
      return []
    })
    await Promise.all(handles.map(ofHandle)).then(take, (error: unknown) => actions.notify(error instanceof Error ? error.message : String(error), 'problem'))
  }

  return (
    <Dialog open title="Open a config" description="HAProxy configuration. Two files are compared; a folder is searched." onClose={actions.closeDialog}>
      <form className="form" onSubmit={openPath}>
        <Segmented label="Open as" value={side} onChange={setSide} options={[{ value: 'after', title: 'Candidate' }, { value: 'before', title: 'Baseline' }]} />
        <Field label="Path on this machine" hint="A file or a folder; it is watched for changes. Also git:REF:PATH and known-good:SOURCE.">
          <input className="input mono" autoFocus value={path} placeholder="/etc/haproxy/haproxy.cfg" spellCheck={false} autoComplete="off" onChange={(event) => setPath(event.target.value)} />
        </Field>
        <div className="row">
          <Button look="primary" type="submit" disabled={path.trim() === ''}>Open</Button>
          <Button icon={<File size={14} aria-hidden="true" />} onClick={() => void choose(false)}>Choose files…</Button>
          <Button icon={<Folder size={14} aria-hidden="true" />} onClick={() => void choose(true)}>Choose a folder…</Button>
        </div>
        <input ref={files} type="file" multiple hidden aria-label="Files to open" onChange={(event) => take([...(event.target.files ?? [])].map(ofFile))} />
        <input ref={setFolderInput(folder)} type="file" hidden aria-label="Folder to open" onChange={(event) => take(event.target.files === null || event.target.files.length === 0 ? [] : [ofFolderInput([...event.target.files])])} />
      </form>
      {recent.length > 0 && (
        <section className="recent" aria-label="Recent">
          <h3>Recent</h3>
          {toRecentGroups(recent).map((each) => (
            <button key={each.key} type="button" className="recent-item" onClick={() => { actions.closeDialog(); void actions.openPair(each.entry.before, each.entry.after) }}>
              <b>{each.title}</b>
              <small>{each.detail}</small>
            </button>
          ))}
        </section>
      )}
    </Dialog>
  )
}

/** `webkitdirectory` has no property in React's types; the attribute is what counts. */
function setFolderInput(reference: React.RefObject<HTMLInputElement | null>) {
  return (element: HTMLInputElement | null): void => {
    reference.current = element
    element?.setAttribute('webkitdirectory', '')
  }
}

export function GitDialog({ side }: { readonly side: Side }) {
  const { actions, store } = useApp()
  const present = store.get().after.value?.input
  const [ref, setRef] = useState('HEAD')
  const [path, setPath] = useState(present?.kind === 'path' || present?.kind === 'git' ? present.path : '')
  const open = (event: FormEvent): void => {
    event.preventDefault()
    actions.closeDialog()
    void actions.openOn(side, { kind: 'git', ref: ref.trim(), path: path.trim() })
  }
  return (
    <Dialog open title={side === 'before' ? 'Baseline from git' : 'Candidate from git'} description="A file as it stood at a commit, a branch or a tag." onClose={actions.closeDialog}>
      <form className="form" onSubmit={open}>
        <Field label="Commit, branch or tag">
          <input className="input mono" autoFocus value={ref} spellCheck={false} onChange={(event) => setRef(event.target.value)} />
        </Field>
        <Field label="File" hint="On this machine, inside a git repository.">
          <input className="input mono" value={path} spellCheck={false} onChange={(event) => setPath(event.target.value)} />
        </Field>
        <div className="row">
          <Button look="primary" type="submit" disabled={ref.trim() === '' || path.trim() === ''}>Open</Button>
          <Button onClick={actions.closeDialog}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

export function ChooseDialog({ title, choices }: { readonly title: string; readonly choices: readonly { readonly title: string; readonly detail: string; readonly open: () => void }[] }) {
  const { actions } = useApp()
  return (
    <Dialog open title={title} description="Which of them should be opened?" onClose={actions.closeDialog}>
      <div className="recent">
        {choices.map((choice) => (
          <button key={`${choice.title} ${choice.detail}`} type="button" className="recent-item" onClick={() => { actions.closeDialog(); choice.open() }}>
            <b>{choice.title}</b>
            <small>{choice.detail}</small>
          </button>
        ))}
      </div>
    </Dialog>
  )
}
