// State variables of the ONNX Runtime engine: two buffers a variable, one to read, one to write the next value into.
import type { Tensor } from 'onnxruntime-node'
import type { State } from '../../../core/graph/program.ts'
import { sameShape } from '../../../core/tensor/tensor.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'
import { describe } from '../../../core/graph/ops/spec.ts'
import { AppError } from '../../../shared/errors.ts'
import { copyToOrt, fromOrt, newOrt } from './tensors.ts'

interface Slot {
  current: Tensor
  /** Buffer for the next value; made when a program first updates the variable. */
  spare: Tensor | null
}

export class OnnxState implements State {
  readonly #slots = new Map<string, Slot>()

  constructor(values: Readonly<Record<string, HostTensor>>) {
    for (const [name, value] of Object.entries(values)) this.#slots.set(name, { current: copyToOrt(value), spare: null })
  }

  get names(): readonly string[] {
    return [...this.#slots.keys()]
  }

  read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    return Promise.resolve().then(() => Object.fromEntries(names.map((name) => [name, copied(fromOrt(this.#slot(name).current))])))
  }

  write(values: Readonly<Record<string, HostTensor>>): Promise<void> {
    return Promise.resolve().then(() => {
      for (const [name, value] of Object.entries(values)) this.#check(name, value)
      for (const [name, value] of Object.entries(values)) {
        const slot = this.#slots.get(name)
        if (slot) slot.current = copyToOrt(value)
        else this.#slots.set(name, { current: copyToOrt(value), spare: null })
      }
    })
  }

  /** The buffer that holds the variable's value. */
  current(name: string): Tensor {
    return this.#slot(name).current
  }

  /** The buffer for the variable's next value. */
  next(name: string): Tensor {
    const slot = this.#slot(name)
    slot.spare ??= newOrt(fromOrt(slot.current))
    return slot.spare
  }

  /** Makes the next values the current ones. */
  swap(names: readonly string[]): void {
    for (const name of names) {
      const slot = this.#slot(name)
      if (slot.spare) [slot.current, slot.spare] = [slot.spare, slot.current]
    }
  }

  dispose(): void {
    this.#slots.clear()
  }

  /** A variable keeps its type and shape. */
  #check(name: string, value: HostTensor): void {
    const slot = this.#slots.get(name)
    if (!slot) return
    const before = fromOrt(slot.current)
    if (before.dtype !== value.dtype || !sameShape(before.shape, value.shape))
      throw new AppError('internal', `state variable ${name}: expected ${describe(before)}, found ${describe(value)}`)
  }

  #slot(name: string): Slot {
    const slot = this.#slots.get(name)
    if (!slot) throw new AppError('internal', `unknown state variable ${name}: expected one of ${this.names.join(', ') || 'none'}`)
    return slot
  }
}

function copied({ dtype, shape, data }: HostTensor): HostTensor {
  return { dtype, shape, data: data.slice() }
}
