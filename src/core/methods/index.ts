// The methods, in the order in which they are offered: first those that learn from unlabelled images too, the newest of them first.
import { bss } from './bss.ts'
import { coTuning } from './co-tuning.ts'
import { debiasMatch } from './debiasmatch.ts'
import { delta } from './delta.ts'
import { fineTuning } from './fine-tuning.ts'
import { fixMatch } from './fixmatch.ts'
import { flexMatch } from './flexmatch.ts'
import { freeMatch } from './freematch.ts'
import { l2Sp } from './l2-sp.ts'
import { meanTeacher } from './mean-teacher.ts'
import type { Method } from './method.ts'
import { mixMatch } from './mixmatch.ts'
import { piModel } from './pi-model.ts'
import { pseudoLabeling } from './pseudo-labeling.ts'
import { selfTuning } from './self-tuning.ts'
import { softMatch } from './softmatch.ts'
import { uda } from './uda.ts'

export const methods: readonly Method[] = [
  selfTuning,
  softMatch,
  freeMatch,
  debiasMatch,
  flexMatch,
  fixMatch,
  uda,
  mixMatch,
  meanTeacher,
  piModel,
  pseudoLabeling,
  // Labelled images only.
  fineTuning,
  coTuning,
  bss,
  delta,
  l2Sp,
]

/** @throws RangeError naming the methods there are. */
export function methodById(id: string): Method {
  const method = methods.find((candidate) => candidate.id === id)
  if (!method) throw new RangeError(`expected a method (${methods.map((known) => known.id).join(', ')}), found ${id}`)
  return method
}
