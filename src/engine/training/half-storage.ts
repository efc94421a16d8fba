// Whether a device stores float16. No engine says so: it is tried.
import { cast, input } from '../../core/graph/build.ts'
import type { Engine } from '../../core/graph/program.ts'
import { scalar } from '../../core/tensor/tensor.ts'
import type { RunSettings } from '../../core/train/settings.ts'
import { isSurvivable } from '../errors.ts'

/** The settings, without `halfActivations` where the engine's device lacks float16 (WebGPU without `shader-f16`).
 * @throws what is thrown when the device is lost or out of memory */
export async function storable(settings: RunSettings, engine: Engine): Promise<RunSettings> {
  return !settings.halfActivations || (await storesHalf(engine)) ? settings : { ...settings, halfActivations: false }
}

/** Whether it rounds to float16 and back.
 * @throws as `storable` */
export async function storesHalf(engine: Engine): Promise<boolean> {
  const x = input('x', { dtype: 'float32', shape: [] })
  const y = cast(cast(x, 'float16'), 'float32')
  using made = new DisposableStack()
  const state = made.adopt(await engine.createState({}), (held) => held.dispose())
  try {
    const program = { feeds: { x }, reads: {}, outputs: { y }, updates: {} }
    const executable = made.adopt(await engine.compile(program), (compiled) => compiled.dispose())
    const third = await executable.run(state, { x: scalar('float32', 1 / 3) })
    return third.y?.data[0] === Math.f16round(1 / 3)
  } catch (error) {
    if (isSurvivable(error)) throw error
    return false
  }
}
