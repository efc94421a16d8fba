// A thousand malformed images in one import, through the whole application: it ends, and each is listed with its reason.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Api } from '../../src/shared/contract/index.ts'
import { createStudio } from '../../src/main/studio.ts'
import { numberedJpegs } from '../support/jpegs.ts'

const base = mkdtempSync(join(tmpdir(), 'malformed-'))
const photos = join(base, 'photos')
const running = createStudio({ dataFolder: join(base, 'data'), roots: [base] })
const { studio } = running
afterAll(async () => {
  await running.close()
  rmSync(base, { recursive: true })
})

const signal = new AbortController().signal
type Answer<Service extends keyof Api, Method extends keyof Api[Service]> = Api[Service][Method] extends (...input: never) => infer Result
  ? Awaited<Result>
  : never
async function call<Service extends keyof Api, Method extends keyof Api[Service] & string>(
  service: Service,
  method: Method,
  input: object,
): Promise<Answer<Service, Method>> {
  return (await running.dispatcher.call(service, method, input, signal)) as Answer<Service, Method>
}

/** A PNG whose header says so and so much, without so much data. */
function pngHeader(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(100))), chunk('IEND', Buffer.alloc(0))])
}

interface Kind {
  readonly name: (number: number) => string
  readonly bytes: (number: number) => Buffer
  /** Part of the reason. */
  readonly reason: string
}

const jpeg = await numberedJpegs(32)
const image = sharp({ create: { width: 40, height: 30, channels: 3, background: 'teal' } })
const files = {
  webp: await image.clone().webp().toBuffer(),
  tiff: await image.clone().tiff().toBuffer(),
  gif: await image.clone().gif().toBuffer(),
  avif: await image.clone().avif({ effort: 0 }).toBuffer(),
}
const numbered = (bytes: Buffer, number: number): Buffer => Buffer.concat([bytes, Buffer.from(String(number))])
const seeded = (number: number): Buffer => createHash('sha512').update(String(number)).digest()
/** Seen from the header or the whole file, while importing. */
const atImport: readonly Kind[] = [
  { name: (i) => `empty-${i}.jpg`, bytes: () => Buffer.alloc(0), reason: 'an empty file (0 bytes)' },
  { name: (i) => `text-${i}.png`, bytes: (i) => Buffer.from(`text ${i}`), reason: 'found text' },
  { name: (i) => `page-${i}.jpeg`, bytes: (i) => Buffer.from(`<!doctype html><p>${i}`), reason: 'a web page' },
  { name: (i) => `zip-${i}.webp`, bytes: (i) => numbered(Buffer.from('PK\x03\x04'), i), reason: 'a ZIP archive' },
  { name: (i) => `noise-${i}.tif`, bytes: (i) => Buffer.concat([Buffer.from([0, 1]), seeded(i)]), reason: 'unknown data' },
  { name: (i) => `huge-${i}.png`, bytes: (i) => numbered(pngHeader(60_000, 60_000 + i), i), reason: 'pixels' },
  { name: (i) => `soi-${i}.jpg`, bytes: (i) => Buffer.concat([jpeg(i).subarray(0, 20)]), reason: 'truncated or damaged' },
  { name: (i) => `flat-${i}.png`, bytes: (i) => numbered(pngHeader(0, 10), i), reason: 'truncated or damaged' },
  { name: (i) => `half-${i}.tiff`, bytes: (i) => numbered(files.tiff.subarray(0, 60), i), reason: 'truncated or damaged' },
  { name: (i) => `half-${i}.avif`, bytes: (i) => numbered(files.avif.subarray(0, 80), i), reason: 'truncated or damaged' },
  { name: (i) => `line\nbreak-\u2028-${i}.gif`, bytes: (i) => numbered(Buffer.from('GIV'), i), reason: 'found text' },
  { name: (i) => `🦋 ${'é'.repeat(110)} ${i}.jpg`, bytes: () => Buffer.alloc(0), reason: 'an empty file' },
  { name: (i) => `${'n'.repeat(247)}${String(i).padStart(4, '0')}.jpg`, bytes: () => Buffer.alloc(0), reason: 'an empty file' },
]
/** With a whole header: seen when somebody looks. */
const later: readonly Kind[] = [
  { name: (i) => `cut-${i}.jpg`, bytes: (i) => jpeg(i).subarray(0, jpeg(i).length * 0.7), reason: 'truncated or damaged' },
  {
    name: (i) => `cut-${i}.webp`,
    bytes: (i) => Buffer.concat([files.webp.subarray(0, 34), Buffer.from([i & 255, i >> 8])]),
    reason: 'truncated or damaged',
  },
  { name: (i) => `data-${i}.png`, bytes: (i) => numbered(pngHeader(500, 500 + i), i), reason: 'truncated or damaged' },
]
const perKind = 62

/** Elsewhere names have to be UTF-8. */
const onLinux = test.skipIf(process.platform !== 'linux')

beforeAll(() => {
  mkdirSync(photos)
  for (const { name, bytes } of [...atImport, ...later]) for (let i = 0; i < perKind; i++) writeFileSync(join(photos, name(i)), bytes(i))
  for (let i = 0; i < 10; i++) {
    writeFileSync(join(photos, `good-${i}.jpg`), jpeg(1000 + i))
    writeFileSync(
      Buffer.concat([Buffer.from(join(photos, `bytes-${i}-`)), Buffer.from([0xff, 0xc0, 0xed, 0xa0, 0x80]), Buffer.from('.jpg')]),
      jpeg(2000 + i),
    )
    symlinkSync('/etc/hostname', join(photos, `link-${i}.jpg`))
  }
  mkdirSync(join(photos, 'folder.jpg'))
})

async function reasons(project: string): Promise<Map<string, string>> {
  const { files: listed, total } = await call('images', 'unreadable', { project, limit: 10_000 })
  expect(listed).toHaveLength(total)
  return new Map(listed.map(({ path, reason }) => [path, reason]))
}

onLinux('a thousand malformed images: the import ends, and each has its reason', async () => {
  const { id: project } = await call('projects', 'create', { folder: join(base, 'project') })
  const { task } = await call('images', 'import', { project, folder: photos })
  const { result, error } = await studio.tasks.wait(task)
  expect(error).toBeNull()
  const malformed = atImport.length * perKind
  expect(malformed + later.length * perKind + 20).toBeGreaterThan(1000)
  expect(result).toMatchObject({
    unreadable: malformed,
    found: malformed + later.length * perKind + 10,
    layout: 'class-folders',
    labelled: 0,
  })

  const found = await reasons(project)
  for (const { name, reason } of atImport)
    for (let i = 0; i < perKind; i++) expect([name(i), found.get(name(i))]).toEqual([name(i), expect.stringContaining(reason)])
  expect([...found].filter(([path]) => path.startsWith('bytes-')).map(([, reason]) => reason)).toContain(
    'its name is not valid text (UTF-8); rename it',
  )
  for (let i = 0; i < 10; i++) expect(found.get(`link-${i}.jpg`)).toBe('symbolic link that leaves the folder')

  // Whoever looks at the others finds the rest.
  const { images } = await call('images', 'list', { project, filter: { state: 'present' }, limit: 10_000 })
  const pictures = await Promise.allSettled(images.map(({ id }) => studio.media.picture(studio.projects.get(project), id, 128)))
  expect(pictures.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  const all = await reasons(project)
  for (const { name, reason } of later)
    for (let i = 0; i < perKind; i++) expect([name(i), all.get(name(i))]).toEqual([name(i), expect.stringContaining(reason)])
  expect((await call('images', 'statistics', { project })).unreadable).toBe(malformed + later.length * perKind)
})

onLinux('a folder that disappears during the scan: the task says so, what is known stays', async () => {
  const drive = join(base, 'drive')
  mkdirSync(drive)
  for (let i = 0; i < 4000; i++) writeFileSync(join(drive, `${i}.jpg`), jpeg(5000 + i))
  const { id: project } = await call('projects', 'create', { folder: join(base, 'other') })
  const { task } = await call('images', 'import', { project, folder: drive })
  const known = async (): Promise<number> => (await call('images', 'list', { project, limit: 1 })).total
  await vi.waitFor(async () => expect(await known()).toBeGreaterThan(0), { timeout: 60_000, interval: 1 })
  renameSync(drive, `${drive}-away`)
  const { state, error } = await studio.tasks.wait(task)
  const { images, total } = await call('images', 'list', { project, filter: { state: 'present' } })
  if (state === 'failed') expect(error).toMatchObject({ code: 'not-found', message: expect.stringContaining(drive) as string })
  else expect(total).toBe(4000)
  expect(images.length).toBeGreaterThan(0)
  renameSync(`${drive}-away`, drive)
  const again = await call('images', 'import', { project, folder: drive })
  expect((await studio.tasks.wait(again.task)).result).toMatchObject({ found: 4000, missing: 0, unreadable: 0 })
})
