// What a training step comes to, in two numbers: a device's are held against the processor's.
import type { State } from '../../core/graph/program.ts'
import { momentumOf } from '../../core/nn/optimiser.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import { AppError } from '../../shared/errors.ts'
import type { StepFacts } from '../../shared/step-facts.ts'

/** Largest relative difference from the processor's. Rounding gives 1e-5; half precision, which switches some ReLUs on or off, 1e-2; a wrong kernel
 * anywhere changes the loss, or the gradient of all layers before it, by tens of per cent. */
const tolerance = 0.05

/** Of the first step, which leaves the gradient in the momentum.
 * @param name of the engine @param updates names of what the step has written into the state
 * @throws AppError 'unsupported' if a number among outputs or updates is not finite */
export async function factsOfStep(
  name: string,
  outputs: Readonly<Record<string, HostTensor>>,
  state: State,
  updates: readonly string[],
): Promise<StepFacts> {
  const written = await state.read(updates)
  for (const [what, { data }] of [...Object.entries(outputs), ...Object.entries(written)])
    for (const value of data)
      if (!Number.isFinite(Number(value)))
        throw new AppError('unsupported', `${name}: expected finite numbers from a training step, found ${Number(value)} in ${what}`)
  let squares = 0
  for (const [what, { data }] of Object.entries(written))
    if (what.startsWith(momentumOf(''))) for (const value of data) squares += Number(value) ** 2
  return { loss: Number(outputs.loss?.data[0] ?? NaN), gradient: Math.sqrt(squares) }
}

/** @throws AppError 'unsupported' */
export function requireSame(name: string, found: StepFacts, expected: StepFacts): void {
  for (const what of ['loss', 'gradient'] as const) {
    if (Math.abs(found[what] - expected[what]) <= tolerance * Math.abs(expected[what])) continue
    const [right, wrong] = [expected[what], found[what]].map((value) => value.toPrecision(4))
    throw new AppError('unsupported', `${name}: expected a ${what} of ${right} in a training step, as on the processor, found ${wrong}`)
  }
}
