import { spawn, type ChildProcess } from 'node:child_process'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { searchPath, type Isolation } from './isolation.ts'

/**
 * Watches over the program: starts it once a line arrives, and when the other end of its input is gone, for whatever
 * reason, kills it and removes the folder. It stands in a session of its own, so that no signal from a terminal ends it
 * before it has done so.
 */
const watchman = `trap '' HUP INT TERM
ulimit -c 0 2>/dev/null
folder=$1
shift
if read -r go; then
  "$@" </dev/null >/dev/null & child=$!
  exec 2>/dev/null
  while read -r more; do :; done
  kill -9 "$child"
  wait "$child"
fi
rm -rf -- "$folder"`

const wordsLimit = 16_000
/** Names that change how any program starts or where it looks for its parts. */
const unsafeNames = /^(?:PATH|LD_.*|DYLD_.*|GCONV_PATH|LOCPATH|GLIBC_.*|MALLOC_.*|OPENSSL_.*|SSL_.*|LUA_.*|NODE_.*|BASH.*|SHELLOPTS|ENV|IFS|PS4|TMPDIR)$/

/** A program in a folder of its own. Both end with `dispose`, or when this process ends. */
export interface GuardedProcess {
  readonly folder: string
  readonly writeFile: (name: string, bytes: Uint8Array) => Promise<void>
  readonly start: () => void
  /** What it said on standard error so far. */
  readonly words: () => string
  readonly hasEnded: () => boolean
  readonly dispose: () => Promise<void>
}

/** Room for a folder and a socket in it; the system allows about 100 bytes for the path of a socket. */
const longestFolder = 70

async function makeFolder(isolation: Isolation): Promise<string> {
  const wanted = os.tmpdir()
  const base = wanted.length <= longestFolder && !(process.getuid?.() === 0 && wanted !== '/tmp') ? wanted : '/tmp'
  const folder = await mkdtemp(path.join(base, 'steelyard-prove-'))
  if (process.getuid?.() === 0) {
    // The one who runs there owns the folder, so that it can be removed without rights of root.
    const owner = isolation.identity.uid ?? 65_534
    await chown(folder, owner, isolation.identity.gid ?? owner)
  }
  return folder
}

export async function openGuardedProcess(isolation: Isolation, command: readonly string[], environment: Readonly<Record<string, string>>): Promise<GuardedProcess> {
  const folder = await makeFolder(isolation)
  const [first = 'sh', ...rest] = [...isolation.launcher, 'sh', '-c', watchman, 'sh', folder, ...isolation.prefix, ...command]
  const safe = Object.fromEntries(Object.entries(environment).filter(([name]) => !unsafeNames.test(name)))
  let child: ChildProcess
  try {
    child = spawn(first, rest, { ...isolation.identity, cwd: folder, detached: true, stdio: ['pipe', 'ignore', 'pipe'], env: { ...safe, PATH: searchPath(), LC_ALL: 'C' } })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  let words = ''
  let ended = false
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (chunk: string) => { words = (words + chunk).slice(0, wordsLimit) })
  // The watchman gives its own standard error away, so this end closes with the program.
  child.stderr?.on('close', () => { ended = true })
  child.stdin?.on('error', () => { ended = true })
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => { resolve() })
    child.once('error', (error) => {
      words += error.message
      ended = true
      resolve()
    })
  })
  return {
    folder,
    writeFile: (name, bytes) => writeFile(path.join(folder, name), bytes, { mode: 0o644 }),
    start: () => { child.stdin?.write('go\n') },
    words: () => words,
    hasEnded: () => ended,
    async dispose() {
      child.stdin?.destroy()
      const late = setTimeout(() => { killGroup(child) }, 3000)
      await exit
      clearTimeout(late)
      killGroup(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Whatever is left of the session of `child`. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // Nothing is left, which is the rule.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH' && (error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}
