// ONNX Runtime on a device that is lost or runs out of memory when a test says so.
import type { Engine, Executable, Program, State } from '../../src/core/graph/program.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'
import { AppError } from '../../src/shared/errors.ts'
import type { ErrorCode } from '../../src/shared/errors.ts'

type Kind = 'step' | 'priming' | 'features' | 'evaluation'

export function kindOf({ outputs, updates }: Program): Kind | null {
  if ('loss' in outputs) return 'step'
  if ('features' in outputs) return 'features'
  if ('logits' in outputs) return 'evaluation'
  return Object.keys(outputs).length === 0 && Object.keys(updates).length > 0 ? 'priming' : null
}

export interface Fault {
  readonly code: ErrorCode
  /** What fails: a kind of program, or making the state with the weights; the training step if absent. */
  readonly of?: Kind | 'state'
  /** What of the program fails: its run if absent. */
  readonly when?: 'compile' | 'run'
  /** The attempt that fails, from 1; later ones too, on that engine. */
  readonly run: number
  /** What is done with the state after that fails too. */
  readonly unreadable?: boolean
  /** Goes away when the program is another one. */
  readonly passes?: boolean
  /** Only programs on more images than this fail. */
  readonly fits?: number
}

/** `held`: what it has made that is not disposed of. */
export function failing({
  code,
  of = 'step',
  when = 'run',
  run,
  unreadable,
  passes,
  fits = 0,
}: Fault): Engine & { readonly held: Set<object> } {
  const inner = new OnnxRuntimeEngine({ threads: 1 })
  const held = new Set<object>()
  let attempts = 0
  let isLost = false
  const attempt = (): void => {
    if (++attempts < run) return
    isLost = true
    throw new AppError(code, `the device says ${code}`)
  }
  const hold = <T extends State | Executable>(made: T): T => {
    held.add(made)
    const dispose = made.dispose.bind(made)
    return Object.assign(made, {
      dispose: () => {
        held.delete(made)
        dispose()
        if (isLost && unreadable) throw new Error('gone')
      },
    })
  }
  return {
    name: 'a device that fails',
    kind: 'a device that fails',
    held,
    createState: async (values) => {
      if (of === 'state' && Object.keys(values).some((name) => name.startsWith('query/'))) attempt()
      const state = hold(await inner.createState(values))
      const read = state.read.bind(state)
      return Object.assign(state, { read: (names?: string[]) => (isLost && unreadable ? Promise.reject(new Error('gone')) : read(names)) })
    },
    compile: async (program: Program) => {
      const isLarge = fits === 0 || (program.feeds.x?.shape[0] ?? 0) > fits
      const fails = kindOf(program) === of && isLarge && !(isLost && passes === true)
      if (fails && when === 'compile') attempt()
      const executable = hold(await inner.compile(program))
      const execute = executable.run.bind(executable)
      return Object.assign(executable, {
        run: async (...given: Parameters<typeof execute>) => {
          if (fails && when === 'run') attempt()
          return execute(...given)
        },
      })
    },
    dispose: () => inner.dispose(),
  }
}
