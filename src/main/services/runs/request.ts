// The engine's request of a run: fixed when the run is started, with the places of now.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { besideOf, makeFolder, readJson, renameOntoDisk, writeFileAtomic, writeJson } from '../../../node/files.ts'
import type { RunConfig } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import { manifestFileName } from '../../../shared/manifest.ts'
import { trainRequestSchema } from '../../../shared/requests.ts'
import type { TrainRequest } from '../../../shared/requests.ts'
import { findBackbone } from '../backbones/index.ts'
import type { OpenProject, Studio } from '../context.ts'
import type { Place } from '../devices/index.ts'
import { bringPlaces } from './places.ts'
import { manifestLines } from './plan.ts'
import type { Plan } from './plan.ts'
import { normalizeOf } from './validate.ts'

const fileName = 'request.json'

/** Makes the folder of a run, with what is trained on, and how: wholly or not at all. */
export async function writeRequest(studio: Studio, folder: string, config: RunConfig, plan: Plan, place: Place): Promise<void> {
  const temporary = besideOf(folder)
  try {
    await makeFolder(temporary)
    await writeFileAtomic(join(temporary, manifestFileName), manifestLines(plan))
    await writeJson(join(temporary, fileName), await describe(studio, folder, config, place))
    await renameOntoDisk(temporary, folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** @throws AppError 'not-found' where the backbone or the run's files are gone, 'bad-data' where they are damaged */
export async function trainRequest(
  studio: Studio,
  project: OpenProject,
  folder: string,
  config: RunConfig,
  { resume, finish }: Pick<TrainRequest, 'resume' | 'finish'>,
): Promise<TrainRequest> {
  const { data, error } = trainRequestSchema.safeParse(await readJson(join(folder, fileName)))
  if (!data) throw new AppError('bad-data', `${join(folder, fileName)}: expected what a run is to do, found something else`, { cause: error })
  const { file } = await findBackbone(studio, config.backbone)
  await bringPlaces(project, folder)
  return { ...data, images: join(folder, manifestFileName), backbone: file, out: folder, resume, finish }
}

async function describe(studio: Studio, folder: string, config: RunConfig, place: Place): Promise<TrainRequest> {
  const backbone = await findBackbone(studio, config.backbone)
  const { labels: _labels, device: _device, ...settings } = config
  return {
    job: 'train',
    ...settings,
    ...normalizeOf(config, backbone),
    images: join(folder, manifestFileName),
    backbone: backbone.file,
    out: folder,
    ...place,
    resume: false,
    finish: false,
  }
}
