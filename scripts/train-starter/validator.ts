// How well the student does: what it and its teacher say of photos that it is not trained on.
import type { State } from '../../src/core/graph/program.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { argMax, softmax } from '../../src/core/train/evaluation.ts'
import type { Validation } from '../../src/core/train/selection.ts'
import { buildValidation } from './distillation.ts'
import type { Pair } from './distillation.ts'
import type { Bench } from './job.ts'
import { normalize } from './network.ts'
import { viewOf } from './recipe.ts'

export interface Validator {
  /** Accuracy: how often the student's first class is the teacher's, on the middles of photos that it is not trained on. */
  readonly validate: () => Promise<Validation>
  readonly dispose: () => void
}

export async function openValidator({ job, photos, loader, plain }: Bench, pair: Pair, state: State): Promise<Validator> {
  const { recipe, engine } = job
  const { backbone, teacher } = pair
  const images = Math.min(32, photos.validation.length)
  const [size] = backbone.imageSize
  const plainView = viewOf('evaluation', size, normalize, recipe.cropScale)
  const program = buildValidation(pair, images)
  const executable = await engine.compile(program)
  const validate = async (): Promise<Validation> => {
    let [right, loss, done] = [0, 0, 0]
    for await (const { indices, view } of loader.ordered(photos.validation, plainView, images)) {
      const x = tensor('float32', [images, ...backbone.inputType(null, 1).shape.slice(1)])
      const targets = tensor('float32', [images, teacher.width])
      x.data.set(view)
      targets.data.set(plain.subarray(done * teacher.width, (done + indices.length) * teacher.width))
      const outputs = await executable.run(state, { x, targets })
      const rows = (name: string): Float32Array[] => rowsOf(outputs[name]?.data as Float32Array, images).slice(0, indices.length)
      const expected = rows('teacher')
      for (const [i, row] of rows('student').entries()) {
        const goal = expected[i] ?? new Float32Array()
        if (argMax(row) === argMax(goal)) right++
        loss += divergence(softmax(goal), softmax(row))
      }
      done += indices.length
    }
    return { accuracy: right / done, loss: loss / done, images: done }
  }
  return { validate, dispose: () => executable.dispose() }
}

/** Kullback and Leibler's, of two distributions. */
function divergence(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, value, i) => sum + value * Math.log(Math.max(value, 1e-30) / Math.max(q[i] ?? 0, 1e-30)), 0)
}

function rowsOf(data: Float32Array, rows: number): Float32Array[] {
  const width = data.length / rows
  return Array.from({ length: rows }, (_, i) => data.subarray(i * width, (i + 1) * width))
}
