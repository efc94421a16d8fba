// A run's checkpoint: one safetensors file that holds everything needed to go on as if never stopped.
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { readSafetensors, SafetensorsError, writeSafetensors } from '../../core/tensor/safetensors.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'
import type { LoopPoint, LoopProgress } from '../../core/train/loop.ts'
import { AppError } from '../../shared/errors.ts'
import { fileError } from '../../node/file-error.ts'
import { writeFileAtomic } from '../../node/files.ts'

type Variables = Readonly<Record<string, HostTensor>>

export interface Checkpoint extends LoopPoint {
  /** Of the run: data, backbone, method, settings, seed. A checkpoint of another run is refused. */
  identity: string
  /** Index of the phase in whose loop it stands. */
  phase: number
  /** The phase's weights to keep so far; empty before its first validation. */
  best: Variables
  /** Weights that earlier phases ended with, and their validation. */
  carried: Variables
  carriedBest: LoopProgress['kept']
  /** What the run has changed of the requested settings to go on (see `Survival`); absent: nothing. */
  adapted?: Adapted
}

const validation = z.object({ accuracy: z.number(), loss: z.number(), images: z.int().min(0) })
const kept = validation.extend({ step: z.int().min(0) })
const sampler = z.object({ drawn: z.int().min(0) }).nullable()
const adapted = z.object({
  labelledBatch: z.int().min(1).exactOptional(),
  unlabelledBatch: z.int().min(1).exactOptional(),
  learningRate: z.number().positive().exactOptional(),
  recompute: z.boolean().exactOptional(),
  halfActivations: z.boolean().exactOptional(),
})
export type Adapted = z.infer<typeof adapted>

const headerSchema = z.object({
  identity: z.string(),
  phase: z.int().min(0),
  progress: z.object({
    step: z.int().min(0),
    rateScale: z.number(),
    recoveries: z.int().min(0),
    good: z.int().min(0),
    firstLoss: z.number().nullable(),
    kept: kept.nullable(),
    best: validation.nullable(),
    stale: z.int().min(0),
    random: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  }),
  source: z.object({ labelled: sampler, unlabelled: sampler }),
  carriedBest: kept.nullable(),
  adapted: adapted.exactOptional(),
})

const groups = ['state', 'good', 'best', 'carried'] as const

export async function writeCheckpoint(path: string, { state, good, best, carried, ...header }: Checkpoint): Promise<void> {
  const tensors: Record<string, HostTensor> = {}
  for (const [group, variables] of Object.entries({ state, good: good ?? {}, best, carried }))
    for (const [name, value] of Object.entries(variables)) tensors[`${group}/${name}`] = value
  await writeFileAtomic(path, writeSafetensors({ tensors, metadata: { checkpoint: JSON.stringify(header) } }))
}

/** @throws AppError 'not-found' where there is none, 'bad-data' for a damaged one, 'mismatch' for one of another run. */
export async function readCheckpoint(path: string, identity: string): Promise<Checkpoint> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw fileError(error, 'read the checkpoint', path) ?? error
  }
  try {
    const { tensors, metadata } = readSafetensors(bytes)
    const header = headerSchema.parse(JSON.parse(metadata.checkpoint ?? 'null'))
    if (header.identity !== identity)
      throw new AppError(
        'mismatch',
        `${path}: expected a checkpoint of this run, found one made with other images, backbone, method or settings`,
        {
          details: { path, expected: identity, found: header.identity },
        },
      )
    const grouped = { state: {}, good: {}, best: {}, carried: {} } as Record<(typeof groups)[number], Record<string, HostTensor>>
    for (const [name, value] of Object.entries(tensors)) {
      const group = groups.find((candidate) => name.startsWith(`${candidate}/`))
      if (group) grouped[group][name.slice(group.length + 1)] = value
    }
    return { ...header, ...grouped, good: header.progress.good === header.progress.step ? null : grouped.good }
  } catch (error) {
    if (error instanceof SafetensorsError || error instanceof z.ZodError || error instanceof SyntaxError)
      throw new AppError('bad-data', `${path}: expected a whole checkpoint, found a damaged file`, { details: { path }, cause: error })
    throw error
  }
}
