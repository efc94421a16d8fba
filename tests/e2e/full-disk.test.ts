// A disk that is full while somebody labels and exports: one clear error, what was there stays, and it goes on once there is room.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createStudio } from '../../src/main/studio.ts'
import { inProcess } from '../../src/main/transport/in-process.ts'
import { writePhotos } from '../support/photos.ts'
import { tinyBackbone } from '../support/tiny-backbone.ts'

test('labels and exports on a full disk', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'full-disk-'))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk])
  onTestFinished(() => {
    spawnSync('umount', ['-l', disk])
    rmSync(folder, { recursive: true, force: true })
  })
  if (mounted.status !== 0) context.skip(`a small disk cannot be mounted here: ${String(mounted.stderr).trim()}`)
  await writePhotos(join(folder, 'photos'), { classes: ['fir', 'oak'], images: { train: 60, validation: 6, test: 6 } })
  writeFileSync(join(folder, 'tiny.onnx'), tinyBackbone())
  const running = createStudio({ dataFolder: join(folder, 'data') })
  const connection = inProcess(running)
  onTestFinished(async () => {
    connection.close()
    await running.close()
  })
  const { api } = connection

  const { id: project } = await api.projects.create({ folder: join(disk, 'project') })
  await api.tasks.wait(await api.images.import({ project, folder: join(folder, 'photos') }))
  const backbone = await api.backbones.add({ file: join(folder, 'tiny.onnx'), normalize: 'imagenet' })
  const config = { method: 'fine-tuning', backbone: backbone.id, steps: 20, settings: { validations: 2, bottleneck: 32, cachedViews: 1 } }
  const { id: run } = await api.runs.start({ project, config })
  await expect.poll(async () => (await api.runs.get({ project, run })).state, { timeout: 60_000 }).toBe('done')
  const { images } = await api.images.ids({ project })
  const { id: elm } = await api.classes.create({ project, name: 'elm' })

  const filler = join(disk, 'filler')
  const fill = (leave: number): void => {
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - leave)))
  }
  const labelled = async (): Promise<number> => (await api.images.list({ project, filter: { classes: [elm] } })).total

  fill(0)
  let done = 0
  let refusal: unknown = null
  // Small changes fit into pages that the log has already.
  for (const image of images) {
    try {
      await api.labels.assign({ project, selection: { images: [image] }, class: elm })
      done++
    } catch (error) {
      refusal = error
      break
    }
  }
  expect(refusal).toMatchObject({ code: 'disk-full', message: expect.stringContaining('project.db') as string })
  expect(await labelled()).toBe(done)
  rmSync(filler)
  await api.labels.assign({ project, selection: { images }, class: elm })
  expect(await labelled()).toBe(images.length)
  await api.labels.undo({ project })
  expect(await labelled()).toBe(done)

  fill(10_000)
  const failed = await api.tasks.wait(await api.exports.export({ project, run }))
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'disk-full' } })
  expect(readdirSync(join(disk, 'project/exports'))).toEqual([])
  rmSync(filler)
  const exported = await api.tasks.wait(await api.exports.export({ project, run }))
  expect(exported).toMatchObject({ state: 'done', result: { kind: 'export', parity: { sameClass: 12 } } })
  expect(existsSync(join(exported.result?.kind === 'export' ? exported.result.folder : '', 'model.onnx'))).toBe(true)
  expect(await api.projects.check({ folder: join(disk, 'project') })).toMatchObject({ whole: true })
})
