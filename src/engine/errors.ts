// Errors of the core, of the file system and of memory as AppErrors.
import { DataError } from '../core/data/data-error.ts'
import { OnnxError } from '../core/graph/onnx/errors.ts'
import { WeightsError } from '../core/weights/errors.ts'
import { fileError } from '../node/file-error.ts'
import { AppError } from '../shared/errors.ts'

/** Anything thrown in a job, for the user: bad data, bad models, files and exhausted memory are theirs to mend, the rest is a fault of this program. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  // What failed first; what failed in cleaning up after it follows from that.
  if (error instanceof SuppressedError) return toAppError(error.suppressed)
  if (error instanceof DataError) return new AppError(error.code, error.message, { cause: error.cause })
  if (error instanceof OnnxError || error instanceof WeightsError) return new AppError('bad-model', error.message, { cause: error.cause })
  const file = fileError(error, 'open')
  if (file) return file
  if (error instanceof RangeError && /array buffer allocation failed|invalid typed array length/i.test(error.message))
    return new AppError(
      'out-of-memory',
      'out of memory: expected room for another array, found none; a smaller --batch or --image-size needs less',
      {
        cause: error,
      },
    )
  return AppError.from(error)
}

/** Errors of the device: the same step may succeed elsewhere, or with less. */
export function isSurvivable(error: unknown): boolean {
  const { code } = toAppError(error)
  return code === 'out-of-memory' || code === 'device-lost'
}

/** Out of memory for what does not grow with the batch of a training step. */
export function ofNoBatch(error: unknown): AppError {
  const { code, message } = toAppError(error)
  return new AppError(code, message, { details: { batch: false }, cause: error })
}

/** Whether memory was short where a smaller batch of a training step may need less. */
export function isOfBatch({ code, details }: AppError): boolean {
  return code === 'out-of-memory' && details.batch !== false
}
