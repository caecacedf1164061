import { writeFile } from 'node:fs/promises'
import type { BrowserWindow, Dialog, OpenDialogOptions, Shell } from 'electron'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { Dispatcher } from '#shared/rpc/dispatcher.ts'
import { createDispatcher } from '#shared/rpc/dispatcher.ts'
import { contract } from '#shared/rpc/contract.ts'

/** The calls that need a window; everything else is the engine's. */
export const dialogMethods = ['host.chooseFiles', 'host.saveFile'] as const

const dialogContract = { 'host.chooseFiles': contract['host.chooseFiles'], 'host.saveFile': contract['host.saveFile'] } as const

export interface DialogParts {
  readonly dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>
  readonly shell: Pick<Shell, 'showItemInFolder'>
  /** The window a dialog belongs to, if one is open. */
  readonly window: () => BrowserWindow | null
  readonly report: (error: unknown, method: string) => void
}

/** Native dialogs as methods of the contract. Giving up in a dialog is an answer (nothing chosen), not a failure. */
export function createDialogs(parts: DialogParts): Dispatcher {
  return createDispatcher(dialogContract, {
    async 'host.chooseFiles'(params) {
      const options: OpenDialogOptions = {
        title: params.title,
        properties: [params.folders ? 'openDirectory' : 'openFile', ...(params.many ? (['multiSelections'] as const) : [])],
      }
      const window = parts.window()
      const answer = window === null ? await parts.dialog.showOpenDialog(options) : await parts.dialog.showOpenDialog(window, options)
      return ok(answer.canceled ? [] : answer.filePaths)
    },
    async 'host.saveFile'(params): Promise<Result<{ readonly path: string | null }>> {
      const window = parts.window()
      const options = { defaultPath: params.name }
      const answer = window === null ? await parts.dialog.showSaveDialog(options) : await parts.dialog.showSaveDialog(window, options)
      if (answer.canceled || answer.filePath === '') return ok({ path: null })
      try {
        await writeFile(answer.filePath, Buffer.from(params.base64, 'base64'))
      } catch (error) {
        return failed('io', `${answer.filePath} could not be written: ${error instanceof Error ? error.message : String(error)}.`, answer.filePath)
      }
      if (params.reveal === true) parts.shell.showItemInFolder(answer.filePath)
      return ok({ path: answer.filePath })
    },
  }, { report: parts.report })
}
