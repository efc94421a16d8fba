// TensorFlow's C API in this process, through the binding of @tensorflow/tfjs-node-gpu. What it offers, and how it is loaded.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { installedTensorFlow, tensorflowFolder } from '../../../node/tensorflow.ts'
import type { Attribute } from './attributes.ts'

/** Names a tensor that TensorFlow holds, until it is deleted. */
export type TensorId = number

/** The part of the package's TFJSBinding (src/tfjs_binding.ts there) that this engine uses. Its calls return when the work is queued (a graphics
 * card) or done (the processor), and throw with TensorFlow's message. */
export interface Binding {
  readonly TF_Version: string
  /** Float32Array, Int32Array (int32, and int64 as pairs) or Uint8Array (uint8, bool). TensorFlow may go on using the array's memory. */
  createTensor(shape: readonly number[], type: number, data: Float32Array | Int32Array | Uint8Array): TensorId
  deleteTensor(id: TensorId): void
  /** Waits for the value and copies it. Not for float64 and uint8. */
  tensorDataSync(id: TensorId): Float32Array | Int32Array | Uint8Array | BigInt64Array
  executeOp(
    name: string,
    attributes: readonly (Attribute & { readonly name: string })[],
    inputs: readonly TensorId[],
    outputs: number,
  ): readonly { readonly id: TensorId }[]
  isUsingGpuDevice(): boolean
  /** Tensors that are held. */
  getNumOfTensors(): number
}

let loaded: { readonly binding: Binding; readonly threads: number } | undefined

/** Loads TensorFlow, once a process.
 * @param threads within an operator; TensorFlow fixes them when it is loaded
 * @throws AppError 'unsupported' if it is not set up or cannot be loaded, or is there already with other threads */
export function loadBinding(threads: number): Binding {
  if (loaded && loaded.threads !== threads)
    throw new AppError('unsupported', `TensorFlow: expected ${loaded.threads} threads, with which this process began, found ${threads}`)
  return (loaded ??= { binding: load(tensorflowFolder(), threads), threads }).binding
}

function load(folder: string, threads: number): Binding {
  const installed = installedTensorFlow(folder)
  if (!installed) throw new AppError('unsupported', `TensorFlow is not set up: expected it in ${folder}, found nothing`)
  // Read when its first context is made. oneDNN, which TensorFlow turns on by itself on some processors only, brings an allocator that keeps freed
  // memory: without it a step of large maps takes twice as long. TensorFlow's messages of less than an error would fill the log.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1'
  process.env.TF_NUM_INTRAOP_THREADS = String(threads)
  process.env.TF_NUM_INTEROP_THREADS = '1'
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  try {
    return createRequire(import.meta.url)(join(folder, installed.binding)) as Binding
  } catch (error) {
    throw new AppError('unsupported', `TensorFlow cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
