// Constants become initialisers; large uniform ones are made at run time.
import { outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

export const constant: Lowering<'Constant'> = (node, emit) => {
  const { value } = node.attributes
  const [first] = value.data
  const uniform = value.data.length > 256 && value.data.every((element: number | bigint) => element === first)
  const name = uniform && first !== undefined ? emit.filled(value.dtype, value.shape, Number(first)) : emit.constant(value)
  emit.set(outputOf(node), name)
}
