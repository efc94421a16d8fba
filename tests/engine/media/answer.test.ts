// Single pictures and looks: upright, whole, small, and a reason for everything else.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { answer } from '../../../src/engine/media/answer.ts'
import { look } from '../../../src/engine/media/look.ts'

const folder = mkdtempSync(join(tmpdir(), 'pictures-'))
afterAll(() => rmSync(folder, { recursive: true }))
let number = 0

function file(bytes: Uint8Array): { file: string; hash: string } {
  const path = join(folder, String(number++))
  writeFileSync(path, bytes)
  return { file: path, hash: createHash('sha256').update(bytes).digest('hex') }
}

/** Red on the left, blue on the right. */
const half = { create: { width: 400, height: 300, channels: 3, background: 'blue' } } as const
const red = sharp({ create: { width: 200, height: 300, channels: 3, background: 'red' } }).png()
const picture = async (): Promise<Sharp> => sharp(half).composite([{ input: await red.toBuffer(), left: 0, top: 0 }])

test('a picture is upright, at most as large as asked for, and in its place whole', async () => {
  const turned = await (await picture()).withMetadata({ orientation: 6 }).jpeg().toBuffer()
  const out = join(folder, 'thumbnails', 'ab', 'x.webp')
  expect(await answer({ want: 'picture', format: 'webp', id: 7, ...file(turned), size: 128, out })).toEqual({ answer: 'done', id: 7 })
  const { data, info } = await sharp(readFileSync(out)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  expect([info.width, info.height]).toEqual([96, 128])
  // Turned by 90 degrees: what was on the left is on top.
  expect([data[0]! > 200, data[2]! < 60, data.at(-1)! > 200]).toEqual([true, true, true])
  expect(readdirSync(join(folder, 'thumbnails', 'ab'))).toEqual(['x.webp'])
})

test('a small image is not made larger', async () => {
  const out = join(folder, 'thumbnails', 'ab', 'small.webp')
  await answer({ want: 'picture', format: 'webp', id: 0, ...file(await sharp(half).resize(30).png().toBuffer()), size: 256, out })
  expect(await sharp(out).metadata()).toMatchObject({ width: 30, format: 'webp' })
})

test('what cannot be shown says why', async () => {
  const out = join(folder, 'thumbnails', 'ab', 'none.webp')
  const jpeg = await (await picture()).jpeg().toBuffer()
  const ask = (about: { file: string; hash: string }): ReturnType<typeof answer> =>
    answer({ want: 'picture', format: 'webp', id: 1, ...about, size: 128, out })
  expect(await ask(file(jpeg.subarray(0, jpeg.length / 2)))).toMatchObject({
    reason: 'damaged',
    message: expect.stringContaining('truncated') as string,
  })
  expect(await ask({ ...file(jpeg), hash: 'other' })).toMatchObject({ reason: 'changed' })
  expect(await ask({ file: join(folder, 'nothing'), hash: '' })).toMatchObject({ reason: 'gone' })
  expect(await ask({ file: folder, hash: '' })).toMatchObject({ reason: 'access' })
  // A project that has gone does not come back as an empty folder.
  mkdirSync(join(folder, 'project'))
  rmSync(join(folder, 'project'), { recursive: true })
  const gone = {
    want: 'picture',
    format: 'webp',
    id: 1,
    ...file(jpeg),
    size: 128,
    out: join(folder, 'project', 'thumbnails', 'ab', 'x.webp'),
  } as const
  expect(await answer(gone)).toMatchObject({ answer: 'failed', reason: 'access' })
  expect(readdirSync(folder)).not.toContain('project')
})

test('looks of copies are near, of others far', async () => {
  const draw = async (hue: number, place: number): Promise<Buffer> => {
    const disc = Buffer.from(`<svg width="200" height="150"><rect width="200" height="150" fill="hsl(${hue},40%,60%)"/>
      <circle cx="${place}" cy="60" r="40" fill="hsl(${hue + 90},70%,40%)"/><rect x="${200 - place}" y="90" width="40" height="30" fill="#222"/></svg>`)
    return sharp(disc).png().toBuffer()
  }
  const first = await draw(30, 60)
  const original = await look(first)
  const distance = (a: Buffer, b: Buffer): [bits: number, colour: number] => [
    [...a.subarray(0, 8)].reduce((sum, byte, i) => sum + (byte ^ b[i]!).toString(2).replaceAll('0', '').length, 0),
    [...a.subarray(8)].reduce((sum, value, i) => sum + Math.abs(value - b[i + 8]!), 0) / 48,
  ]
  for (const copy of [
    sharp(first).jpeg({ quality: 40 }),
    sharp(first).resize(90),
    sharp(first).resize(410).webp(),
    sharp(first).modulate({ brightness: 1.03 }),
  ]) {
    const [bits, colour] = distance(original, await look(await copy.toBuffer()))
    expect(bits).toBeLessThanOrEqual(3)
    expect(colour).toBeLessThan(6)
  }
  expect(distance(original, await look(await draw(30, 140)))[0]).toBeGreaterThan(5)
  expect(distance(original, await look(await draw(150, 60)))[1]).toBeGreaterThan(20)
})
