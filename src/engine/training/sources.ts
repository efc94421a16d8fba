// Where a phase's images come from: fresh views from the loader, or cached features where a prefix of the backbone is frozen.
import type { BatchSource, EvaluationBatch } from '../../core/data/batches.ts'
import type { Engine } from '../../core/graph/program.ts'
import type { ViewKind } from '../../core/methods/method.ts'
import type { Cut } from '../../core/nn/backbone.ts'
import { deriveSeed } from '../../core/tensor/random.ts'
import type { ImageLoader, ViewPlan } from '../data/loader.ts'
import type { JobContext } from '../job.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Run } from './open-run.ts'
import type { PhaseData } from './phase.ts'

export class PhaseSources implements PhaseData {
  readonly #run: Run
  readonly #loader: ImageLoader

  constructor(run: Run, _engine: Engine, loader: ImageLoader, _context: JobContext) {
    this.#run = run
    this.#loader = loader
  }

  training(_cut: Cut | null, resume: Checkpoint['source'] | undefined): Promise<BatchSource> {
    const { data, configured, settings, recipes, request } = this.#run
    const plan = (indices: readonly number[], batch: number, kinds: readonly ViewKind[]): ViewPlan | null =>
      kinds.length === 0 || indices.length === 0 ? null : { indices, batch, recipes: kinds.map((kind) => recipes[kind]) }
    return Promise.resolve(
      this.#loader.training({
        labelled: plan(data.labelled, settings.labelledBatch, configured.views.labelled),
        unlabelled: plan(data.unlabelled, settings.unlabelledBatch, configured.views.unlabelled),
        seed: deriveSeed(request.seed, 'batches'),
        resume,
      }),
    )
  }

  validation(_cut: Cut | null, batch: number): AsyncIterable<EvaluationBatch> {
    return this.#loader.ordered(this.#run.data.validation, this.#run.recipes.evaluation, batch)
  }
}
