import { execFile } from 'node:child_process'
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { FolderEntry, GitPort } from '#shared/backend/ports.ts'
import { tooLarge } from '#shared/backend/limits.ts'

const timeoutMs = 30_000

interface GitAnswer {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** Runs git without a shell, without asking for anything, without hooks or filters that could run programs of the repository. */
function runGit(args: readonly string[], folder: string, limitBytes: number, input: string | null = null): Promise<Result<GitAnswer>> {
  return new Promise((resolve) => {
    const child = execFile('git', ['-c', 'core.fsmonitor=false', '--no-pager', ...args], {
      cwd: folder, encoding: 'buffer', maxBuffer: limitBytes + 1024, timeout: timeoutMs, windowsHide: true,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    }, (error, stdout, stderr) => {
      if (error === null) return resolve(ok({ code: 0, stdout, stderr: stderr.toString() }))
      if (error.code === 'ENOENT') return resolve(failed('no-such-command', 'git is not installed, or the working directory is gone; git:REF:PATH needs it.'))
      if ((error.code as unknown) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return resolve(failed('too-large', `What git answers is larger than ${Math.floor(limitBytes / 1024 / 1024)} MB.`))
      if (error.killed === true) return resolve(failed('timeout', `git did not answer within ${timeoutMs / 1000} s.`))
      resolve(ok({ code: typeof error.code === 'number' ? error.code : 1, stdout, stderr: stderr.toString() }))
    })
    // git may end without reading; its exit code then says what is wrong.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input ?? '')
  })
}

/** A ref or path that git could take for an option is refused. */
const looksLikeOption = (word: string): boolean => word.startsWith('-')

/** Object name of `file` at `ref`: the path is taken relative to the working directory. */
const objectOf = (ref: string, file: string): string => `${ref}:${path.isAbsolute(file) ? file : `./${path.posix.normalize(file.split(path.sep).join('/'))}`}`

async function locate(ref: string, file: string): Promise<Result<{ readonly object: string; readonly folder: string }>> {
  if (ref === '' || looksLikeOption(ref)) return failed('git-failed', `${JSON.stringify(ref)} is not the name of a commit.`)
  const folder = process.cwd()
  if (!path.isAbsolute(file)) return ok({ object: objectOf(ref, file), folder })
  const standing = nearestFolder(file)
  const top = await runGit(['rev-parse', '--show-toplevel'], standing.folder, 1024 * 1024)
  if (!top.ok) return top
  if (top.value.code !== 0) return failed('git-failed', `${file} is not inside a git repository.`, file)
  const root = top.value.stdout.toString().trim()
  return ok({ object: `${ref}:${path.relative(root, path.join(standing.folder, standing.rest)).split(path.sep).join('/')}`, folder: root })
}

/** The deepest folder of `file` that exists today, without symbolic links; the file may only have existed at the commit. */
function nearestFolder(file: string): { readonly folder: string; readonly rest: string } {
  let folder = file
  while (folder !== path.dirname(folder) && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) folder = path.dirname(folder)
  return { folder: realpathSync(folder), rest: path.relative(folder, file) }
}

interface GitObject {
  readonly hash: string
  readonly type: string
  readonly bytes: number
  readonly folder: string
}

const linkAnswers: Readonly<Record<string, string>> = { symlink: 'is a symbolic link that leads out of the repository', dangling: 'is a symbolic link that leads nowhere', loop: 'is a symbolic link that leads back to itself' }

/** What stands at `ref:file`, symbolic links of the commit followed. Source: git-cat-file(1), `--batch-check` and `--follow-symlinks`. */
async function findObject(ref: string, file: string): Promise<Result<GitObject>> {
  const where = await locate(ref, file)
  if (!where.ok) return where
  const { object, folder } = where.value
  if (/[\n\0]/.test(object)) return failed('git-failed', `${JSON.stringify(object)} is not the name of a file.`)
  const answer = await runGit(['cat-file', '--batch-check', '--follow-symlinks'], folder, 1024 * 1024, `${object}\n`)
  if (!answer.ok) return answer
  const first = answer.value.stdout.toString().split('\n')[0] ?? ''
  const found = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(first)
  if (answer.value.code === 0 && found !== null) return ok({ hash: found[1] as string, type: found[2] as string, bytes: Number(found[3]), folder })
  const link = linkAnswers[first.split(' ')[0] ?? '']
  if (answer.value.code === 0 && link !== undefined) return failed('not-found', `${file} ${link} at ${ref}.`, file)
  return gitFailure(answer.value, ref, file, folder)
}

async function gitFailure(answer: GitAnswer, ref: string, file: string, folder: string): Promise<Result<never>> {
  if (/not a git repository/.test(answer.stderr)) return failed('git-failed', `The folder ${folder} is not inside a git repository.`)
  const commit = await runGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], folder, 1024 * 1024)
  if (commit.ok && commit.value.code !== 0) return failed('git-failed', `There is no commit ${JSON.stringify(ref)} in the repository of ${folder}.`)
  return failed('not-found', `There is no file ${file} at ${ref}.`, file)
}

/** Files of commits, read with the git on the PATH. */
export const nodeGit: GitPort = {
  async read(ref, file, limitBytes) {
    const found = await findObject(ref, file)
    if (!found.ok) return found
    const { hash, type, bytes, folder } = found.value
    if (type !== 'blob') return failed('not-a-file', `${file} is a folder at ${ref}.`, file)
    if (bytes > limitBytes) return tooLarge(file, bytes, limitBytes)
    const blob = await runGit(['cat-file', 'blob', hash], folder, limitBytes)
    if (!blob.ok) return blob
    return blob.value.code === 0 ? ok(new Uint8Array(blob.value.stdout)) : failed('git-failed', `git could not read ${file} at ${ref}: ${blob.value.stderr.trim()}`, file)
  },
  async list(ref, file) {
    const found = await findObject(ref, file)
    if (!found.ok) return found
    if (found.value.type !== 'tree') return ok(null)
    const tree = await runGit(['ls-tree', '-z', found.value.hash], found.value.folder, 64 * 1024 * 1024)
    if (!tree.ok) return tree
    if (tree.value.code !== 0) return failed('git-failed', `git could not list ${file} at ${ref}: ${tree.value.stderr.trim()}`)
    const entries: FolderEntry[] = tree.value.stdout.toString().split('\0').filter((line) => line !== '').map((line) => {
      const tab = line.indexOf('\t')
      const type = line.slice(0, tab).split(' ')[1]
      return { name: line.slice(tab + 1), kind: type === 'tree' ? 'folder' : type === 'blob' ? 'file' : 'other' }
    })
    return ok(entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))))
  },
}
