// State variables of the TensorFlow engine, where TensorFlow computes.
import type { State } from '../../../core/graph/program.ts'
import type { HostTensor, TensorType } from '../../../core/tensor/tensor.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Binding, TensorId } from './binding.ts'
import { requireType } from './errors.ts'
import { conversion, hasLayouts } from './layout.ts'
import type { Layout } from './layout.ts'
import { created, executed, fromTensorFlow, toTensorFlow } from './tensors.ts'
import { dataTypes } from './data-types.ts'

interface Variable {
  readonly id: TensorId
  readonly layout: Layout
  readonly type: TensorType
}

export class TensorFlowState implements State {
  readonly #binding: Binding
  readonly #variables = new Map<string, Variable>()

  constructor(binding: Binding, values: Readonly<Record<string, HostTensor>>) {
    this.#binding = binding
    try {
      for (const [name, value] of Object.entries(values)) this.#set(name, value)
    } catch (error) {
      this.dispose()
      throw error
    }
  }

  get names(): readonly string[] {
    return [...this.#variables.keys()]
  }

  read(names: readonly string[] = this.names): Promise<Record<string, HostTensor>> {
    return Promise.resolve().then(() => Object.fromEntries(names.map((name) => [name, this.#read(this.#variable(name))])))
  }

  write(values: Readonly<Record<string, HostTensor>>): Promise<void> {
    return Promise.resolve().then(() => {
      for (const [name, value] of Object.entries(values))
        if (this.#variables.has(name)) requireType(`state variable ${name}`, this.typeOf(name), value)
      for (const [name, value] of Object.entries(values)) this.#set(name, value)
    })
  }

  /** The variable's type and shape.
   * @throws AppError if there is no such variable */
  typeOf(name: string): TensorType {
    return this.#variable(name).type
  }

  /** The variable's value in this layout, in which it then stays. Not to be kept: it goes when it is replaced. */
  tensor(name: string, layout: Layout): TensorId {
    const variable = this.#variable(name)
    if (variable.layout === layout || !hasLayouts(variable.type)) return variable.id
    const id = this.#converted(variable, layout)
    this.replace(name, id, layout, variable.type)
    return id
  }

  /** Takes over `id` as the variable's value. */
  replace(name: string, id: TensorId, layout: Layout, { dtype, shape }: TensorType): void {
    const before = this.#variables.get(name)
    this.#variables.set(name, { id, layout, type: { dtype, shape } })
    if (before) this.#binding.deleteTensor(before.id)
  }

  dispose(): void {
    for (const { id } of this.#variables.values()) this.#binding.deleteTensor(id)
    this.#variables.clear()
  }

  #set(name: string, value: HostTensor): void {
    this.replace(name, toTensorFlow(this.#binding, value), 'plain', value)
  }

  #read(variable: Variable): HostTensor {
    if (variable.layout === 'plain') return fromTensorFlow(this.#binding, variable.id, variable.type)
    const plain = this.#converted(variable, 'plain')
    try {
      return fromTensorFlow(this.#binding, plain, variable.type)
    } finally {
      this.#binding.deleteTensor(plain)
    }
  }

  #converted({ id, layout, type: { shape } }: Variable, to: Layout): TensorId {
    const { perm } = conversion(shape, layout, to)
    const axes = created(this.#binding, [perm.length], dataTypes.int32, Int32Array.from(perm))
    try {
      return executed(this.#binding, 'Transpose', [], [id, axes])
    } finally {
      this.#binding.deleteTensor(axes)
    }
  }

  #variable(name: string): Variable {
    const variable = this.#variables.get(name)
    if (!variable) throw new AppError('internal', `unknown state variable ${name}: expected one of ${this.names.join(', ') || 'none'}`)
    return variable
  }
}
