// Errors of the file system as AppErrors that name the file.
import { AppError } from '../shared/errors.ts'
import type { ErrorCode } from '../shared/errors.ts'

const fileProblems: Readonly<Record<string, { code: ErrorCode; what: string }>> = {
  ENOENT: { code: 'not-found', what: 'no such file or folder' },
  ENOTDIR: { code: 'no-access', what: 'expected a folder, found a file on the way' },
  EISDIR: { code: 'no-access', what: 'expected a file, found a folder' },
  EEXIST: { code: 'no-access', what: 'a file of that name is in the way' },
  EACCES: { code: 'no-access', what: 'no permission' },
  EPERM: { code: 'no-access', what: 'not permitted' },
  EROFS: { code: 'no-access', what: 'the disk is read-only' },
  EBUSY: { code: 'no-access', what: 'in use by another program' },
  ENAMETOOLONG: { code: 'no-access', what: 'the name is too long' },
  ELOOP: { code: 'no-access', what: 'too many links' },
  ENOSPC: { code: 'disk-full', what: 'the disk is full' },
  EDQUOT: { code: 'disk-full', what: 'the disk quota is used up' },
  EFBIG: { code: 'disk-full', what: 'the file is too large for this disk' },
  EMFILE: { code: 'no-access', what: 'too many open files' },
  EIO: { code: 'no-access', what: 'the disk reported an error' },
}

/** A failed file operation for the user, e.g. `cannot write /out/model.onnx: the disk is full`; null if it is none.
 * @param what what was being done, e.g. `write`; @param path the file that the user knows, where the error names another one (a temporary file). */
export function fileError(error: unknown, what: string, path?: string): AppError | null {
  if (!(error instanceof Error)) return null
  const { code, path: failed } = error as NodeJS.ErrnoException
  const problem = fileProblems[code ?? '']
  if (!problem) return null
  const subject = path ?? failed ?? 'a file'
  return new AppError(problem.code, `cannot ${what} ${subject}: ${problem.what}`, { details: { path: subject }, cause: error })
}
