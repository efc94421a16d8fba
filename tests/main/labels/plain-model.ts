// What changes of labels, classes and splits come to, on plain lists: what the services are held against.
import fc from 'fast-check'
import type { Split } from '../../../src/shared/contract/domain.ts'

export const imageCount = 8

interface ModelImage {
  label: string | null
  split: Split | null
  excluded: boolean
}
export interface Model {
  images: ModelImage[]
  /** Names in their order. */
  classes: string[]
}

export type Command =
  | { do: 'assign'; images: number[]; label: number }
  | { do: 'assign-unlabelled'; label: number }
  | { do: 'clear' | 'exclude'; images: number[] }
  | { do: 'split'; images: number[]; split: Split | null }
  | { do: 'create' | 'include' | 'undo' | 'redo' | 'reopen' }
  | { do: 'rename' | 'delete'; label: number }
  | { do: 'merge'; from: number; into: number }
  | { do: 'batch'; images: number[]; tells: number; split: Split | null }
  | { do: 'reorder'; seed: number }

const images = fc.uniqueArray(fc.integer({ min: 1, max: imageCount }), { minLength: 1 })
const label = fc.nat(5)
const splits = fc.constantFrom('train' as const, 'test' as const, null)
export const commands = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('assign' as const), images, label }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('assign-unlabelled' as const), label }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('clear' as const, 'exclude' as const), images }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('split' as const), images, split: splits }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('batch' as const), images, tells: fc.nat(2), split: splits }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom('create' as const, 'create' as const, 'include' as const, 'undo' as const, 'undo' as const, 'redo' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('rename' as const, 'delete' as const), label }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), from: label, into: label }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reorder' as const), seed: fc.nat() }) },
  ),
  { minLength: 5, maxLength: 30, size: 'max' },
)

/** What a command makes of the model; null where it does not apply. */
export function step(model: Model, command: Command, name: string): Model | null {
  const next = structuredClone(model)
  const chosen = (ids: number[]): ModelImage[] => ids.flatMap((id) => next.images[id - 1] ?? []).filter((image) => !image.excluded)
  const nameOf = (index: number): string | undefined => model.classes[index % Math.max(1, model.classes.length)]
  switch (command.do) {
    case 'assign':
    case 'assign-unlabelled': {
      const found = nameOf(command.label)
      if (found === undefined) return null
      const all = next.images.map((_, i) => i + 1)
      const target = command.do === 'assign' ? chosen(command.images) : chosen(all).filter((image) => image.label === null)
      for (const image of target) image.label = found
      return next
    }
    case 'clear':
      for (const image of chosen(command.images)) image.label = null
      return next
    case 'exclude':
      for (const image of chosen(command.images)) image.excluded = true
      return next
    case 'include':
      for (const image of next.images) image.excluded = false
      return next
    case 'split':
      for (const image of chosen(command.images)) image.split = command.split
      return next
    case 'create':
      next.classes.push(name)
      return next
    case 'rename':
    case 'delete': {
      const found = nameOf(command.label)
      if (found === undefined) return null
      const after = command.do === 'rename' ? name : null
      next.classes = next.classes.flatMap((each) => (each === found ? (after ?? []) : each))
      for (const image of next.images) if (image.label === found) image.label = after
      return next
    }
    case 'merge': {
      const [from, into] = [nameOf(command.from), nameOf(command.into)]
      if (from === undefined || into === undefined || from === into) return null
      next.classes = next.classes.filter((each) => each !== from)
      for (const image of next.images) if (image.label === from) image.label = into
      return next
    }
    case 'reorder':
      if (model.classes.length === 0) return null
      next.classes = rotated(model.classes, command.seed)
      return next
    default:
      return null
  }
}

/** What a batch has made of the model: what images had, they keep. What a folder tells a second time is nothing new: undo stays. */
export function told(before: Model, after: Model, { images, tells, split }: Extract<Command, { do: 'batch' }>): Model {
  const changed = after.images.map((image, i): ModelImage => {
    const { label, split: had, excluded } = before.images[i] ?? image
    if (!images.includes(i + 1)) return { label, split: had, excluded }
    return { label: label ?? image.label, split: had ?? (image.split && split), excluded }
  })
  const made = after.classes.filter((name) => name === `told ${tells}` && !before.classes.includes(name))
  return { images: changed, classes: [...before.classes, ...made] }
}

export function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length
  return [...items.slice(at), ...items.slice(0, at)]
}
