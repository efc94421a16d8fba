// State variables of the ONNX Runtime engine, in this process's memory.
import type { Tensor } from 'onnxruntime-node'
import { describe } from '../../../core/graph/ops/spec.ts'
import type { State } from '../../../core/graph/program.ts'
import { sameShape } from '../../../core/tensor/tensor.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'
import { AppError } from '../../../shared/errors.ts'
import { copyToOrt, fromOrt, release } from './tensors.ts'

export class OnnxState implements State {
  readonly #variables = new Map<string, Tensor>()

  constructor(values: Readonly<Record<string, HostTensor>>) {
    for (const [name, value] of Object.entries(values)) this.#variables.set(name, copyToOrt(value))
  }

  get names(): readonly string[] {
    return [...this.#variables.keys()]
  }

  read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    return Promise.resolve().then(() => Object.fromEntries(names.map((name) => [name, copied(fromOrt(this.tensor(name)))])))
  }

  write(values: Readonly<Record<string, HostTensor>>): Promise<void> {
    return Promise.resolve().then(() => {
      for (const [name, value] of Object.entries(values)) this.#check(name, value)
      for (const [name, value] of Object.entries(values)) this.replace(name, copyToOrt(value))
    })
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

  /** A variable keeps its type and shape. */
  #check(name: string, value: HostTensor): void {
    const tensor = this.#variables.get(name)
    if (!tensor) return
    const before = fromOrt(tensor)
    if (before.dtype !== value.dtype || !sameShape(before.shape, value.shape))
      throw new AppError('internal', `state variable ${name}: expected ${describe(before)}, found ${describe(value)}`)
  }
}

function copied({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape, data: data.slice() }
}
