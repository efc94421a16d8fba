// A program: what one call of an engine computes, and the contract that every engine fulfils.
import type { HostTensor } from '../tensor/tensor.ts'
import type { Value } from './value.ts'

/** A graph with named ends. State variables live on the engine's device between calls; feeds and outputs cross from and to the host. */
export interface Program {
  /** Leaves given anew at each run (images, labels, learning rate, dropout masks). */
  readonly feeds: Readonly<Record<string, Value>>
  /** Leaves read from the state, by variable name. */
  readonly reads: Readonly<Record<string, Value>>
  /** Results that come back to the host. */
  readonly outputs: Readonly<Record<string, Value>>
  /** New values of state variables, written after all reads of this run. */
  readonly updates: Readonly<Record<string, Value>>
}

/** All that a program computes: its outputs, then its updates. */
export function resultsOf({ outputs, updates }: Program): Value[] {
  return [...Object.values(outputs), ...Object.values(updates)]
}

/** Named tensors that stay where the engine computes. Shared by all executables of the engine that made it. */
export interface State {
  readonly names: readonly string[]
  /** Copies to the host; all variables if no names are given. */
  read(names?: readonly string[]): Promise<Record<string, HostTensor>>
  /** Replaces values (same type and shape as before) or adds variables. */
  write(values: Readonly<Record<string, HostTensor>>): Promise<void>
  dispose(): void
}

export interface Executable {
  /** Runs once: reads feeds (those that the program does not have are ignored) and state, writes the updates into the state, returns the outputs (owned by the caller).
   * Executables of one engine run one at a time. A run that fails leaves the state as it was, where it can still be read. */
  run(state: State, feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>
  dispose(): void
}

/** Runs programs. Engines differ in speed, never in meaning: one conformance suite holds for all. */
export interface Engine {
  /** For people and logs, e.g. `onnxruntime cpu, 2 threads`. */
  readonly name: string
  /** What decides its numbers, beside the program: the library, its version and the device, e.g. `onnxruntime 1.30.0 webgpu`. */
  readonly kind: string
  compile(program: Program): Promise<Executable>
  createState(values: Readonly<Record<string, HostTensor>>): Promise<State>
  dispose(): Promise<void>
}
