// The methods, in the order in which they are offered.
import { bss } from './bss.ts'
import { coTuning } from './co-tuning.ts'
import { delta } from './delta.ts'
import { fineTuning } from './fine-tuning.ts'
import { l2Sp } from './l2-sp.ts'
import type { Method } from './method.ts'
import { selfTuning } from './self-tuning.ts'

export const methods: readonly Method[] = [selfTuning, fineTuning, l2Sp, delta, bss, coTuning]

/** @throws RangeError naming the methods there are. */
export function methodById(id: string): Method {
  const method = methods.find((candidate) => candidate.id === id)
  if (!method) throw new RangeError(`expected a method (${methods.map((known) => known.id).join(', ')}), found ${id}`)
  return method
}
