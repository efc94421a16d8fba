// Errors of the TensorFlow engine: of TensorFlow's calls, and of tensors that are not what a program takes.
import { describe } from '../../../core/graph/ops/spec.ts'
import { sameShape } from '../../../core/tensor/tensor.ts'
import type { TensorType } from '../../../core/tensor/tensor.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ErrorCode } from '../../../shared/errors.ts'

/** TensorFlow's message, without the binding's frame around it, after what was being done. */
export function callError(what: string, error: unknown): AppError {
  const text = error instanceof Error ? error.message : String(error)
  const message = text.replace(/^Invalid TF_Status: \d+\s*Message: /, '').replace(/\s+/g, ' ').trim() // prettier-ignore
  return new AppError(codeOf(text), `${what}: ${message}`, { cause: error })
}

function codeOf(text: string): ErrorCode {
  if (/\bOOM\b|bad_alloc|out[ _]of[ _]memory|failed to allocate|TF_Status: 8\b/i.test(text)) return 'out-of-memory'
  return /CUDA_ERROR_|device.{0,20}\blost\b/i.test(text) ? 'device-lost' : 'internal'
}

/** @throws AppError naming the subject if the types or shapes differ */
export function requireType(subject: string, expected: TensorType, found: TensorType | undefined): void {
  if (found && found.dtype === expected.dtype && sameShape(found.shape, expected.shape)) return
  throw new AppError('internal', `${subject}: expected ${describe(expected)}, found ${describe(found)}`)
}
