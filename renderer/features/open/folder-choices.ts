/** One way of reading a folder: which of its files make the config. */
export interface FolderChoice {
  readonly title: string
  readonly detail: string
  /** Paths inside the folder that are config files; everything else can still be named by them. */
  readonly configs: readonly string[]
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/**
 * Configs found in a folder by their names: each folder with several files is offered as one config in load order
 * (byte order of names), and each file by itself. The first choice is the one to take when there is no other.
 */
export function toFolderChoices(paths: readonly string[]): readonly FolderChoice[] {
  const named = paths.filter((path) => path.endsWith('.cfg'))
  const configs = (named.length > 0 ? named : paths.filter((path) => /\.conf$/i.test(path))).toSorted()
  const folders = new Map<string, string[]>()
  for (const path of configs) folders.set(folderOf(path), [...(folders.get(folderOf(path)) ?? []), path])
  const choices: FolderChoice[] = []
  for (const [folder, members] of folders) {
    if (members.length > 1) choices.push({ title: folder === '' ? 'All files of the folder, as one config' : `${folder}: all files, as one config`, detail: members.map((path) => path.slice(path.lastIndexOf('/') + 1)).join(', '), configs: members })
    for (const path of members) choices.push({ title: path, detail: members.length > 1 ? 'this file alone' : 'one file', configs: [path] })
  }
  return choices
}
