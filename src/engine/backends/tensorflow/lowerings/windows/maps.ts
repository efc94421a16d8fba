// Maps as TensorFlow's window kernels take them: channels last, at least two spatial axes.
import type { Value } from '../../../../../core/graph/value.ts'
import type { Emitter } from '../../emitter.ts'
import { heldShape } from '../../layout.ts'
import type { Slot } from '../../plan.ts'

export function asMap(emit: Emitter, x: Value): Slot {
  const slot = emit.as(x, 'channels-last')
  const [n = 1, c = 1, length = 1] = x.shape
  return x.shape.length === 3 ? emit.reshape(slot, [n, 1, length, c]) : slot
}

export function setMap(emit: Emitter, y: Value, slot: Slot): void {
  emit.set(y, y.shape.length === 3 ? emit.reshape(slot, heldShape(y.shape, 'channels-last')) : slot, 'channels-last')
}

/** A filter [O, I, spatial...] as [spatial..., I, O]. */
export function asFilter(emit: Emitter, w: Value): Slot {
  const slot = emit.as(w, 'filter')
  const [o = 1, i = 1, length = 1] = w.shape
  return w.shape.length === 3 ? emit.reshape(slot, [1, length, i, o]) : slot
}

export function setFilter(emit: Emitter, w: Value, slot: Slot): void {
  emit.set(w, w.shape.length === 3 ? emit.reshape(slot, heldShape(w.shape, 'filter')) : slot, 'filter')
}
