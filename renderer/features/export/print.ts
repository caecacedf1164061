import type { App } from '#renderer/app/context.ts'
import { fromBase64 } from './save-bytes.ts'

const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()))

/**
 * Prints the workspace. In Review the whole picture goes to paper as vectors in the print colours: the
 * canvas holds only what the window shows, in the colours of the screen. A trace keeps the canvas, because the path it lights up is only there.
 */
export async function printWorkspace({ store, client, actions }: App): Promise<void> {
  const { before, after, workspace, topologyOptions } = store.get()
  if (after.value !== null && workspace === 'review') {
    const drawn = await client.call('export.picture', {
      before: before.value?.summary.configId ?? null, after: after.value.summary.configId, topology: { ...topologyOptions, expanded: [...topologyOptions.expanded], query: '' },
      picture: { format: 'svg', theme: 'print', scale: 1, title: after.value.summary.title },
    })
    if (drawn.ok) {
      store.update({ printPicture: new TextDecoder().decode(fromBase64(drawn.value.base64)) })
      await nextFrame()
      await nextFrame()
    } else actions.notify(`The picture is printed as the window shows it: ${drawn.failure.message}`, 'problem')
  }
  // Returns when the dialog of the system is closed, or at once where there is none.
  window.print()
  store.update({ printPicture: null })
}
