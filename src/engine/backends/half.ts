// What engines know of values that are to be stored as float16.
import type { Node, Value } from '../../core/graph/value.ts'
import { largestHalf } from '../../core/tensor/tensor.ts'

/** Whether all numbers of a value lie in the range of float16, so that nothing need be cut off. */
export function fitsHalf({ node }: Value): boolean {
  if (node.op !== 'Clip') return false
  const { min, max } = (node as Node<'Clip'>).attributes
  return min >= -largestHalf && max <= largestHalf
}
