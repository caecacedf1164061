import { execFile } from 'node:child_process'

/** How a program is started so that it can reach and change as little as this system allows. */
export interface Isolation {
  /** Stands before the shell that watches over the program. */
  readonly launcher: readonly string[]
  /** Stands before the program itself. */
  readonly prefix: readonly string[]
  /** Whom the shell runs as; empty: as this process. */
  readonly identity: { readonly uid?: number; readonly gid?: number }
  /** A network namespace of its own. */
  readonly isolated: boolean
}

/** The user without rights. Linux and the BSDs agree on the number. */
const nobody = 65_534
const probeTimeoutMs = 3000

const userNamespace = (map: string): readonly string[] => ['unshare', '--user', map, '--net', '--']

function candidates(isRoot: boolean): readonly Isolation[] {
  const identity = isRoot ? { uid: nobody, gid: nobody } : {}
  const plain: Isolation = { launcher: [], prefix: [], identity, isolated: false }
  if (process.platform !== 'linux') return [plain]
  // Root may make a namespace where others may not, and gives up its rights behind that.
  const asRoot: Isolation = { launcher: ['unshare', '--net', '--', 'setpriv', '--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', '--no-new-privs', '--'], prefix: [], identity: {}, isolated: true }
  return [
    { ...plain, prefix: userNamespace('--map-current-user'), isolated: true },
    { ...plain, prefix: userNamespace('--map-root-user'), isolated: true },
    ...(isRoot ? [asRoot] : []), plain,
  ]
}

function works(one: Isolation): Promise<boolean> {
  const [command = 'sh', ...rest] = [...one.launcher, 'sh', '-c', '"$@"', 'sh', ...one.prefix, 'true']
  return new Promise((resolve) => {
    execFile(command, rest, { ...one.identity, cwd: '/', timeout: probeTimeoutMs, env: { PATH: searchPath() } }, (error) => { resolve(error === null) })
  })
}

let found: Promise<Isolation | null> | null = null

/** The strictest way that works here, tried once; null: not even the plain one, e.g. root that may not become anybody else. */
export function isolationHere(): Promise<Isolation | null> {
  found ??= (async () => {
    for (const one of candidates(process.getuid?.() === 0)) if (await works(one)) return one
    return null
  })()
  return found
}

/** The PATH with the folders that balancers are installed in and that users often lack. */
export function searchPath(): string {
  return [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin'].filter((folder, index, all) => folder.startsWith('/') && all.indexOf(folder) === index).join(':')
}
