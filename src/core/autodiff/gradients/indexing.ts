// Gradients of reading and writing by index. Indices get none.
import { full, gather, gatherElements, gatherElementsGradient, gatherGradient, scatterElements } from '../../graph/build.ts'
import type { indexing as family } from '../../graph/ops/indexing.ts'
import { none } from '../rule.ts'
import type { GradientRules } from '../rule.ts'

export const indexing: GradientRules<keyof typeof family> = {
  Gather: ({ x: [data, indices], dy, attributes: { axis } }) => [gatherGradient(dy, indices, data.shape, axis)],
  GatherGradient: ({ x: [, indices], dy, attributes: { axis } }) => [gather(dy, indices, axis)],
  GatherElements: ({ x: [data, indices], dy, attributes: { axis } }) => [gatherElementsGradient(dy, indices, data.shape, axis)],
  GatherElementsGradient: ({ x: [, indices], dy, attributes: { axis } }) => [gatherElements(dy, indices, axis)],
  // Written elements of the data have no influence any more; added ones leave it as it was.
  ScatterElements: ({ x: [, indices, updates], dy, attributes: { axis, reduction } }) => [
    reduction === 'add' ? dy : scatterElements(dy, indices, full(dy.dtype, updates.shape, 0), axis),
    null,
    gatherElements(dy, indices, axis),
  ],
  OneHot: none,
}
