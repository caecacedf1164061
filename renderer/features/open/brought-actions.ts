import type { ActionTools } from '#renderer/app/actions.ts'
import { fileName } from '#renderer/features/review/places.ts'
import type { Side } from '#renderer/state/app-state.ts'
import type { ConfigInput } from '#shared/rpc/payloads.ts'
import { toFilesInput, type Dropped, type HeldFile } from './browser-files.ts'
import { toFolderChoices } from './folder-choices.ts'
import type { HeldSides } from './held-sides.ts'
import type { SideLoader } from './side-loader.ts'
import { toTypedInput } from './typed-input.ts'

export interface BroughtActions {
  /** Files and folders that were dropped or chosen. `side`: where a single one goes; null lets it become the candidate. */
  openDropped(dropped: readonly Dropped[], side: Side | null): Promise<void>
  /** Paths of this machine, or `git:REF:PATH` and `known-good:SOURCE`. Two are compared; a folder with several configs asks which. */
  openPaths(paths: readonly string[], side: Side | null): Promise<void>
}

interface Opening {
  openOne(input: ConfigInput): Promise<void>
  openPair(before: ConfigInput | null, after: ConfigInput): Promise<void>
  openOn(side: Side, input: ConfigInput): Promise<void>
}

/** Opens what somebody brings: files and folders of a browser, and paths; of a folder with several configs one is chosen. */
export function createBroughtActions({ store, client, notify }: ActionTools, opening: Opening, { refuse }: Pick<SideLoader, 'refuse'>, { hold }: Pick<HeldSides, 'hold'>): BroughtActions {
  async function openHeld(side: Side | null, title: string, files: readonly HeldFile[]): Promise<void> {
    const target = side ?? 'after'
    const made = await toFilesInput(title, files)
    if (!made.ok) return refuse(target, null, made.failure)
    const input = made.value
    if (side === null) await opening.openOne(input)
    else await opening.openOn(side, input)
    if (store.get()[target].value?.input === input) hold(target, title, files)
  }

  async function openHeldPair(before: Dropped, after: Dropped): Promise<void> {
    const filesOf = (dropped: Dropped): readonly HeldFile[] => (dropped.kind === 'file' ? [dropped.file] : dropped.files)
    const [first, second] = await Promise.all([toFilesInput(before.title, filesOf(before)), toFilesInput(after.title, filesOf(after))])
    if (!first.ok) return refuse('before', null, first.failure)
    if (!second.ok) return refuse('after', null, second.failure)
    await opening.openPair(first.value, second.value)
    if (store.get().before.value?.input === first.value) hold('before', before.title, filesOf(before))
    if (store.get().after.value?.input === second.value) hold('after', after.title, filesOf(after))
  }

  async function openHeldFolder(side: Side | null, folder: Dropped & { readonly kind: 'folder' }): Promise<void> {
    const choices = toFolderChoices(folder.files.map((file) => file.path))
    if (folder.leftOut > 0) notify(`${folder.leftOut} entries of ${folder.title} were not read: they are unreadable, or the folder is too large or too deep.`)
    if (choices.length === 0) {
      notify(`No config was found in ${folder.title}: no file ends in .cfg or .conf.`, 'problem')
      return
    }
    const open = (configs: readonly string[]): Promise<void> => openHeld(side, folder.title, folder.files.filter((file) => configs.includes(file.path) || !file.path.endsWith('.cfg')))
    const only = choices.length === 1 ? choices[0] : undefined
    if (only !== undefined) return open(only.configs)
    store.update({ dialog: { kind: 'choose', title: `Configs in ${folder.title}`, choices: choices.map((choice) => ({ title: choice.title, detail: choice.detail, open: () => void open(choice.configs) })) } })
  }

  return {
    async openDropped(dropped, side) {
      const [first, second] = dropped
      if (first === undefined) return
      if (second !== undefined) {
        if (dropped.length > 2) notify(`${dropped.length} things were dropped; the first two are compared.`)
        await openHeldPair(first, second)
        return
      }
      if (first.kind === 'file') await openHeld(side, first.title, [first.file])
      else await openHeldFolder(side, first)
    },

    async openPaths(paths, side) {
      const [first, second] = paths
      if (first === undefined) return
      if (second !== undefined) return opening.openPair(toTypedInput(first), toTypedInput(second))
      const openInput = (input: ConfigInput): Promise<void> => (side === null ? opening.openOne(input) : opening.openOn(side, input))
      const open = (path: string): Promise<void> => openInput({ kind: 'path', path })
      const typed = toTypedInput(first)
      if (typed.kind !== 'path') return openInput(typed)
      const found = await client.call('config.find', { folder: first })
      if (!found.ok || found.value.length <= 1) return open(found.ok ? (found.value[0]?.path ?? first) : first)
      store.update({
        dialog: {
          kind: 'choose', title: `Configs in ${fileName(first)}`,
          choices: [
            { title: 'The whole folder, as one config', detail: first, open: () => void open(first) },
            ...found.value.map((each) => ({ title: each.path, detail: `${each.dialect}, ${Math.round(each.confidence * 100)} % sure`, open: () => void open(each.path) })),
          ],
        },
      })
    },
  }
}
