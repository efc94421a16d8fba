// Pictures of a project's images: kept, shared, newest first; and what happens when the process that makes them ends.
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { Pictures } from '../../../src/main/engine/media.ts'
import { PictureProcess } from '../../../src/main/engine/picture-process.ts'
import { images as service } from '../../../src/main/services/images/index.ts'
import { markUnreadable } from '../../../src/main/services/images/unreadable.ts'
import { numberedJpegs } from '../../support/jpegs.ts'
import { calls, testStudio } from '../../support/services.ts'
import { scanningEngine } from './scanning-engine.ts'

const { studio, project, folder, ended } = testStudio(scanningEngine())
const images = calls('images', service(studio))
const photos = join(folder, 'photos')
const jpeg = await numberedJpegs(64)
mkdirSync(photos)
for (const [name, bytes] of Object.entries({
  'a.jpg': jpeg(1),
  'copy.jpg': jpeg(1),
  'b.jpg': jpeg(2),
  'cut.jpg': jpeg(3).subarray(0, jpeg(3).length / 2),
  'text.jpg': Buffer.from('text'),
  'link.jpg': jpeg(4),
  'gone.jpg': jpeg(5),
  'new.jpg': jpeg(6),
}))
  writeFileSync(join(photos, name), bytes)
await ended(images.import({ project: project.id, folder: photos }))
const ids = new Map((await images.list({ project: project.id })).images.map(({ path, id }) => [path, id]))
const id = (path: string): number => ids.get(path) ?? 0

const media = new Pictures({ log: studio.log, onUnreadable: (...about) => markUnreadable(studio, ...about) })
afterAll(() => media.close())

test('a picture is made once and kept', async () => {
  const [first, second] = await Promise.all([media.picture(project, id('a.jpg'), 128), media.picture(project, id('copy.jpg'), 128)])
  expect(await sharp(first).metadata()).toMatchObject({ format: 'webp', width: 64 })
  expect(second).toEqual(first)
  // From what is kept: the file is not needed.
  renameSync(join(photos, 'a.jpg'), join(folder, 'a.jpg'))
  expect(await media.picture(project, id('a.jpg'), 128)).toEqual(first)
  await expect(media.picture(project, id('a.jpg'), 256)).rejects.toMatchObject({ code: 'not-found' })
  renameSync(join(folder, 'a.jpg'), join(photos, 'a.jpg'))
})

test('a damaged image is marked with the reason, which the next call gives at once', async () => {
  await expect(media.picture(project, id('cut.jpg'), 256)).rejects.toMatchObject({ code: 'bad-data' })
  const marked = await images.get({ project: project.id, image: id('cut.jpg') })
  expect(marked).toMatchObject({ state: 'unreadable', width: 64 })
  expect(marked.problem).toMatch(/truncated or damaged/)
  await expect(media.picture(project, id('cut.jpg'), 512)).rejects.toThrow(`cut.jpg: ${marked.problem}`)
  await expect(media.picture(project, id('text.jpg'), 256)).rejects.toThrow('found text')
  // A scan that reads headers only does not take it back.
  await ended(images.rescan({ project: project.id }))
  expect(await images.get({ project: project.id, image: id('cut.jpg') })).toMatchObject({ state: 'unreadable' })
  expect((await images.unreadable({ project: project.id })).files.map(({ path }) => path)).toEqual(['cut.jpg', 'text.jpg'])
})

test('nothing outside the source, nothing that has changed', async () => {
  writeFileSync(join(folder, 'secret.jpg'), jpeg(4))
  rmSync(join(photos, 'link.jpg'))
  symlinkSync(join(folder, 'secret.jpg'), join(photos, 'link.jpg'))
  await expect(media.picture(project, id('link.jpg'), 256)).rejects.toMatchObject({ code: 'forbidden' })
  writeFileSync(join(photos, 'new.jpg'), jpeg(7))
  await expect(media.picture(project, id('new.jpg'), 256)).rejects.toMatchObject({ code: 'conflict' })
  expect(await images.get({ project: project.id, image: id('new.jpg') })).toMatchObject({ state: 'present' })
  await expect(media.picture(project, 99_999, 256)).rejects.toMatchObject({ code: 'not-found' })
})

test('what a power cut left half written is made again', async () => {
  const whole = await media.picture(project, id('b.jpg'), 128)
  const hash = project.db.get<{ hash: Uint8Array }>('SELECT hash FROM images WHERE id = ?', id('b.jpg'))?.hash ?? new Uint8Array()
  const name = Buffer.from(hash).toString('hex')
  const file = join(project.folder, 'thumbnails', name.slice(0, 2), `${name}-128.webp`)
  expect(existsSync(file)).toBe(true)
  writeFileSync(file, whole.subarray(0, 100))
  expect(await media.picture(project, id('b.jpg'), 128)).toEqual(whole)
})

const fake = new URL('fake-pictures.ts', import.meta.url)

test('newest first, two at a time; a process that ends is started again, and only what ends it twice is to blame', async () => {
  const pictures = new PictureProcess({ log: studio.log, entry: fake })
  const order: string[] = []
  const ask = async (file: string, urgent = true): Promise<string> => {
    const outcome = await pictures.ask({ want: 'look', file, hash: '' }, urgent)
    order.push(file)
    return outcome.answer
  }
  const wishes = ['slow-1', 'slow-2', 'a', 'b', 'c'].map((file) => ask(file))
  const patient = ask('patient', false)
  await Promise.all([...wishes, patient])
  expect(order.slice(0, 3)).toEqual(['c', 'b', 'a'])
  expect(order.indexOf('patient')).toBeGreaterThan(3)

  expect(await Promise.all(['crash', 'slow', 'fine'].map((file) => ask(file)))).toEqual(['crashed', 'done', 'done'])
  expect(await ask('after')).toBe('done')
  await pictures.close()
  await expect(ask('late')).rejects.toMatchObject({ code: 'stopped' })
})

test('one that hangs counts as one that crashes; one that cannot start blames no image; an idle one goes', async () => {
  const hanging = new PictureProcess({ log: studio.log, entry: fake, hangMilliseconds: 300 })
  expect(await hanging.ask({ want: 'look', file: 'hang', hash: '' }, true)).toEqual({ answer: 'crashed' })
  await hanging.close()
  const broken = new PictureProcess({ log: studio.log, entry: new URL('no-such-file.ts', import.meta.url) })
  await expect(broken.ask({ want: 'look', file: 'a', hash: '' }, true)).rejects.toMatchObject({ code: 'engine-crashed' })
  const idle = new PictureProcess({ log: studio.log, entry: fake, idleMilliseconds: 10 })
  const pid = async (): Promise<string> => {
    const outcome = await idle.ask({ want: 'look', file: 'pid', hash: '' }, true)
    return outcome.answer === 'done' ? (outcome.look ?? '') : ''
  }
  const first = await pid()
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await pid()).not.toBe(first)
  await idle.close()
})
