import { useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { toSideTitle } from '#renderer/features/open/side-title.ts'
import { ok, type Failure } from '#shared/diagnostics/failure.ts'
import type { PictureOptions } from '#shared/rpc/payloads.ts'
import { themeOf } from '#renderer/state/app-state.ts'
import { Button, Dialog, FailureNote, Field, Segmented, Working } from '#renderer/ui/primitives.tsx'
import { paintPng } from './paint-png.ts'
import { fromBase64, saveBytes } from './save-bytes.ts'

type Format = PictureOptions['format']
const formatHints: Readonly<Record<Format, string>> = {
  svg: 'Sharp at any size; text stays text.', png: 'For chats and tickets.', pdf: 'For print and for files.',
}

/** The whole picture as a file, not just what is in view: legend, time, source and hash included. */
export function ExportDialog() {
  const { actions, client, store } = useApp()
  const live = useAppState((state) => (state.workspace === 'live' ? state.live : null))
  const session = live?.session ?? null
  const before = useAppState((state) => (session === null ? state.before.value?.summary : undefined))
  const after = useAppState((state) => (session === null ? state.after.value?.summary : (session.running ?? undefined)))
  const options = useAppState((state) => (session === null ? state.topologyOptions : state.live.topologyOptions))
  // The picture is of the moment at which it was asked for, whatever comes meanwhile.
  const [atMs] = useState(live?.shown?.atMs ?? null)
  const [format, setFormat] = useState<Format>('svg')
  const [theme, setTheme] = useState<PictureOptions['theme']>(themeOf(store.get()))
  const [scale, setScale] = useState('2')
  const [title, setTitle] = useState(after === undefined ? '' : before === undefined ? toSideTitle(after) : `${toSideTitle(before)} → ${toSideTitle(after)}`)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Failure | null>(null)
  if (after === undefined) return null

  const draw = async (wanted: Format) => {
    if (session !== null && live !== null) {
      return client.call('live.picture', { sessionId: session.sessionId, atMs, topology: { ...options, expanded: [...options.expanded], query: '' }, unit: live.unit, colour: live.colour, picture: { format: wanted, theme, scale: Number(scale), title } })
    }
    const subject = { before: before?.configId ?? null, after: after.configId, topology: { ...options, expanded: [...options.expanded], query: '' } }
    if (wanted === 'png') {
      const marks = await client.call('export.marks', { ...subject, picture: { theme, title } })
      if (!marks.ok) return marks
      const painted = await paintPng(marks.value, Number(scale))
      if (painted !== null) return ok(painted)
    }
    return client.call('export.picture', { ...subject, picture: { format: wanted, theme, scale: Number(scale), title } })
  }
  const save = async (): Promise<void> => {
    setBusy(true)
    setProblem(null)
    const picture = await draw(format)
    const saved = picture.ok ? await saveBytes(client, store.get().info?.dialogs === true, picture.value.name, picture.value.mime, picture.value.base64) : picture
    setBusy(false)
    if (!saved.ok) {
      if (saved.failure.code !== 'cancelled') setProblem(saved.failure)
      return
    }
    actions.closeDialog()
    if (picture.ok) actions.notify(saved.value.path === null ? `${picture.value.name} is in your downloads.` : `Saved as ${saved.value.path}.`, 'ok')
  }
  const copy = async (): Promise<void> => {
    setBusy(true)
    setProblem(null)
    const picture = await draw('png')
    if (!picture.ok) setProblem(picture.failure)
    else {
      try {
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([fromBase64(picture.value.base64)], { type: 'image/png' }) })])
        actions.closeDialog()
        actions.notify('The picture is in the clipboard.', 'ok')
      } catch (error) {
        setProblem({ code: 'not-permitted', message: `The picture could not be put into the clipboard: ${error instanceof Error ? error.message : String(error)}` })
      }
    }
    setBusy(false)
  }
  return (
    <Dialog open title="Export the picture" description="The whole picture with legend, time, source and hash. Secrets are masked." onClose={actions.closeDialog}>
      <div className="form">
        <Field label="Title">
          <input className="input" value={title} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <div className="field">
          <span className="field-label">Format</span>
          <Segmented label="Format" value={format} onChange={setFormat} options={[{ value: 'svg', title: 'SVG' }, { value: 'png', title: 'PNG' }, { value: 'pdf', title: 'PDF' }]} />
          <span className="field-hint">{formatHints[format]}</span>
        </div>
        <div className="field">
          <span className="field-label">Colours</span>
          <Segmented label="Colours" value={theme} onChange={setTheme} options={[{ value: 'light', title: 'Light' }, { value: 'dark', title: 'Dark' }, { value: 'print', title: 'Print' }]} />
        </div>
        <div className="field">
          <span className="field-label">Scale of PNG</span>
          <Segmented label="Scale" value={scale} onChange={setScale} disabled={format !== 'png'} options={['1', '2', '3', '4'].map((value) => ({ value, title: `${value}×` }))} />
        </div>
        {options.onlyChanged && <p className="muted">The picture shows only what changed, as on the screen.</p>}
        {busy && <Working text="Drawing…" />}
        {problem !== null && <FailureNote failure={problem} onRetry={() => void save()} />}
        <div className="row">
          <Button look="primary" disabled={busy} onClick={() => void save()}>Save {format.toUpperCase()}</Button>
          <Button disabled={busy} onClick={() => void copy()}>Copy image</Button>
          <Button onClick={actions.closeDialog}>Cancel</Button>
        </div>
      </div>
    </Dialog>
  )
}
