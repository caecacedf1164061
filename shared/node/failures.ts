import { failed, type Failure } from '#shared/diagnostics/failure.ts'

type Failed = { readonly ok: false; readonly failure: Failure }

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string'

/** Sentence for what the operating system refused. What is not a system error is our own fault and is thrown on. */
export function systemFailure(error: unknown, path: string): Failed {
  if (!isSystemError(error)) throw error
  switch (error.code) {
    case 'ENOENT': return failed('not-found', `There is no file ${path}.`, path)
    case 'ENOTDIR': return failed('not-found', `There is no file ${path}: a part of its path is not a folder.`, path)
    case 'EACCES': case 'EPERM': return failed('not-permitted', `${path} may not be read by this user.`, path)
    case 'EISDIR': return failed('not-a-file', `${path} is a folder.`, path)
    case 'ELOOP': return failed('loop', `${path} is a symbolic link that leads back to itself.`, path)
    case 'ENAMETOOLONG': return failed('not-found', `The path ${path.slice(0, 60)}… is too long.`, path)
    case 'ENOSPC': return failed('io', `There is no space left on the disk that holds ${path}.`, path)
    case 'EROFS': return failed('not-permitted', `${path} is on a disk that is read-only.`, path)
    default: return failed('io', `${path} could not be used: ${error.message}.`, path)
  }
}
