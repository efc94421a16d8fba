// Tensors in a device's memory, and the ways there and back. ONNX Runtime's binding for Node hands out what a session leaves on the device, but has no call
// that copies: a model of one Identity does, whose result is asked for in the other memory.
import { InferenceSession } from 'onnxruntime-node'
import type { Tensor } from 'onnxruntime-node'
import { OnnxBuilder } from '../../../core/graph/onnx/builder.ts'
import { sizeOf } from '../../../core/tensor/tensor.ts'
import type { TensorType } from '../../../core/tensor/tensor.ts'
import { placeOf } from './provider.ts'
import type { Provider } from './provider.ts'
import { sessionError } from './session-error.ts'

/** Where a session leaves a result. */
export const onDevice = 'gpu-buffer'

/** Providers whose buffers the binding can hold. */
const withBuffers: readonly Provider[] = ['webgpu']

export class DeviceMemory {
  readonly #provider: Provider
  readonly #copiers = new Map<'up' | 'down', Promise<InferenceSession>>()

  /** Null for a provider whose tensors always cross from and to the processor's memory. */
  static of(provider: Provider): DeviceMemory | null {
    return withBuffers.includes(provider) ? new DeviceMemory(provider) : null
  }

  private constructor(provider: Provider) {
    this.#provider = provider
  }

  /** Whether variables of that type are kept on the device: the others are counters and indices, which its kernels may not take. */
  static holds({ dtype, shape }: TensorType): boolean {
    return dtype === 'float32' && sizeOf(shape) > 0
  }

  /** A copy on the device. */
  up(tensor: Tensor): Promise<Tensor> {
    return this.#copy('up', tensor)
  }

  /** A copy in the processor's memory. */
  down(tensor: Tensor): Promise<Tensor> {
    return this.#copy('down', tensor)
  }

  async #copy(way: 'up' | 'down', tensor: Tensor): Promise<Tensor> {
    let copier = this.#copiers.get(way)
    if (!copier) this.#copiers.set(way, (copier = openCopier(this.#provider, way)))
    try {
      const { [result]: copy } = await (await copier).run({ [source]: tensor })
      if (!copy) throw new Error('ONNX Runtime gave no copy of a tensor')
      return copy
    } catch (error) {
      throw sessionError(`ONNX Runtime cannot move a state variable ${way === 'up' ? 'to' : 'from'} the device`, error)
    }
  }

  async dispose(): Promise<void> {
    const copiers = [...this.#copiers.values()]
    this.#copiers.clear()
    // One that could not be opened has said so before, and keeps no other from going.
    await Promise.allSettled(copiers.map(async (copier) => (await copier).release()))
  }
}

const [source, result] = ['source', 'result']

function openCopier(provider: Provider, way: 'up' | 'down'): Promise<InferenceSession> {
  const builder = new OnnxBuilder({ name: 'copy' })
  builder.node('Identity', [builder.input(source, { dtype: 'float32' })], {}, { outputs: [result] })
  builder.output(result, { dtype: 'float32' })
  return InferenceSession.create(builder.serialise(), {
    ...placeOf(provider),
    logSeverityLevel: 3,
    ...(way === 'up' && { preferredOutputLocation: onDevice }),
  })
}
