// Weights without a graph, for a moment as an ONNX file in the application's own folder.
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder } from '../../../node/files.ts'
import type { Studio } from '../context.ts'
import { safeName } from '../labels/safe-name.ts'

/** @param use may move the file away; what is left of it goes when it is done
 * @throws AppError 'bad-model' naming what is wrong with the weights, 'no-access', 'disk-full' */
export async function withConverted<Result>(
  { engine, dataFolder }: Pick<Studio, 'engine' | 'dataFolder'>,
  { file, name }: { readonly file: string; readonly name: string },
  signal: AbortSignal,
  use: (onnx: string) => Promise<Result>,
): Promise<Result> {
  const folder = join(dataFolder, 'backbones', `.${randomUUID()}.tmp`)
  await makeFolder(folder)
  try {
    const out = join(folder, `${safeName(name)}.onnx`)
    await engine.run<'convert'>({ job: 'convert', file, out }, { priority: 'foreground', subject: basename(file), signal })
    return await use(out)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
