// What every rewriting of a program does: the same operator on other inputs, the same program with other results.
import { applyAll } from './apply.ts'
import type { Program } from './program.ts'
import type { Node, Value } from './value.ts'

/** What the node's operator makes of other inputs: the node's own outputs where they are its own inputs. */
export function onInputs({ op, inputs, attributes, outputs }: Node, current: readonly (Value | null)[]): readonly Value[] {
  return current.every((input, i) => input === inputs[i]) ? outputs : applyAll(op, current, attributes)
}

/** The program with another value for each of its results. Leaves stay the same, unused ones too. */
export function withResults(program: Program, current: (value: Value) => Value): Program {
  const named = (values: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, current(value)]))
  return { ...program, outputs: named(program.outputs), updates: named(program.updates) }
}
