// How long each call of a plan takes, run by run. On the processor only: on a graphics card calls return before their work is done.

/** In the form of ONNX Runtime's profiles, so that both are read alike: microseconds of one call, named `graph operator/number`. */
export interface ProfileEvent {
  readonly cat: 'Node'
  readonly name: string
  readonly dur: number
  readonly args: { readonly op_name: string }
}

export class Profile {
  readonly #events: ProfileEvent[] = []

  /** @param source operator of the graph @param op TensorFlow's @param call position in the plan */
  add(source: string, op: string, call: number, milliseconds: number): void {
    this.#events.push({ cat: 'Node', name: `${source}/${call}_kernel_time`, dur: milliseconds * 1e3, args: { op_name: op } })
  }

  events(): readonly ProfileEvent[] {
    return this.#events
  }
}
