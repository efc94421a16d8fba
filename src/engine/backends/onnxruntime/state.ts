// State variables of the ONNX Runtime engine: in the memory of the device where ONNX Runtime's binding can hold it, else in this process's.
import type { Tensor } from 'onnxruntime-node'
import { describe } from '../../../core/graph/ops/spec.ts'
import type { State } from '../../../core/graph/program.ts'
import { sameShape } from '../../../core/tensor/tensor.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'
import { AppError } from '../../../shared/errors.ts'
import { DeviceMemory, onDevice } from './device-memory.ts'
import { copyToOrt, fromOrt, release, typeOf } from './tensors.ts'

export class OnnxState implements State {
  readonly #variables = new Map<string, Tensor>()
  readonly #memory: DeviceMemory | null

  private constructor(memory: DeviceMemory | null) {
    this.#memory = memory
  }

  /** @param memory null: that of this process */
  static async create(values: Readonly<Record<string, HostTensor>>, memory: DeviceMemory | null): Promise<OnnxState> {
    const state = new OnnxState(memory)
    await state.write(values)
    return state
  }

  get names(): readonly string[] {
    return [...this.#variables.keys()]
  }

  async read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    const values: Record<string, HostTensor> = {}
    for (const name of names) values[name] = await this.#copy(this.tensor(name))
    return values
  }

  async write(values: Readonly<Record<string, HostTensor>>): Promise<void> {
    for (const [name, value] of Object.entries(values)) this.#check(name, value)
    const tensors: [string, Tensor][] = []
    using made = new DisposableStack()
    for (const [name, value] of Object.entries(values)) tensors.push([name, made.adopt(await this.#place(copyToOrt(value)), release)])
    made.move()
    for (const [name, tensor] of tensors) this.replace(name, tensor)
  }

  /** The variable's value. Not to be kept: its memory goes when it is replaced. */
  tensor(name: string): Tensor {
    const tensor = this.#variables.get(name)
    if (!tensor) throw new AppError('internal', `unknown state variable ${name}: expected one of ${this.names.join(', ') || 'none'}`)
    return tensor
  }

  /** Takes over `tensor` and its memory as the variable's value. */
  replace(name: string, tensor: Tensor): void {
    const before = this.#variables.get(name)
    this.#variables.set(name, tensor)
    if (before) release(before)
  }

  dispose(): void {
    for (const tensor of this.#variables.values()) release(tensor)
    this.#variables.clear()
  }

  async #copy(tensor: Tensor): Promise<HostTensor> {
    if (this.#memory && tensor.location === onDevice) return fromOrt(await this.#memory.down(tensor))
    return copied(fromOrt(tensor))
  }

  async #place(tensor: Tensor): Promise<Tensor> {
    if (!this.#memory || !DeviceMemory.holds(typeOf(tensor))) return tensor
    try {
      return await this.#memory.up(tensor)
    } finally {
      release(tensor)
    }
  }

  /** A variable keeps its type and shape. */
  #check(name: string, value: HostTensor): void {
    const tensor = this.#variables.get(name)
    if (!tensor) return
    const before = typeOf(tensor)
    if (before.dtype !== value.dtype || !sameShape(before.shape, value.shape))
      throw new AppError('internal', `state variable ${name}: expected ${describe(before)}, found ${describe(value)}`)
  }
}

function copied({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape, data: data.slice() }
}
