// What is wrong with the input is said in one line that names it, and nothing half-written stays under a final name.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { input } from '../../src/core/graph/apply.ts'
import * as g from '../../src/core/graph/build.ts'
import { OnnxBuilder } from '../../src/core/graph/onnx/builder.ts'
import { writeOnnx } from '../../src/core/graph/onnx/write.ts'
import { jsonLines } from '../support/command-line.ts'
import type { Finished } from '../support/command-line.ts'
import { writePhotos } from '../support/photos.ts'
import { command, setting } from './setting.ts'

const { photos, backbone, at } = setting()

type Options = Partial<Record<'images' | 'backbone' | 'out' | 'labels-per-class' | 'label-proportion' | 'set', string>>

function train(options: Options, ...more: string[]): Promise<Finished> {
  const all = { images: photos, backbone, out: at('out'), 'labels-per-class': '4', ...options }
  const flags = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
  return command('train', '--method', 'fine-tuning', '--steps', '4', '--threads', '1', ...flags, ...more)
}

async function refused(options: Options, line: RegExp, ...more: string[]): Promise<void> {
  const { code, stdout, stderr } = await train(options, ...more)
  expect({ code, stderr: stderr.split('\n').length }, stderr + stdout).toEqual({ code: 1, stderr: 2 })
  expect(stderr).toMatch(line)
  expect(existsSync(at('out/model.onnx'))).toBe(false)
}

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content)
  return at(name)
}

test('folders of images', async () => {
  await refused({ images: at('nowhere') }, /^error: .*nowhere.*expected a folder.*found nothing/)
  mkdirSync(at('empty'))
  await refused({ images: at('empty') }, /^error: .*empty: expected images .* found an empty folder/)
  await writePhotos(at('single'), { classes: ['only'], images: 8 })
  await refused({ images: at('single') }, /^error: .*single: expected at least two classes, found one/)
  await writePhotos(at('unlabelled'), { classes: ['fir', 'oak'], images: { test: 4 } })
  await writePhotos(at('unlabelled'), { classes: ['oak'], images: { train: 4, validation: 4 } })
  await refused({ images: at('unlabelled') }, /^error: .*unlabelled: expected at least one training image of class 'fir', found none/)
})

test('models', async () => {
  await refused({ backbone: at('none.onnx') }, /^error: .*none\.onnx.*/)
  await refused({ backbone: file('text.onnx', 'this is a text') }, /^error: .*text\.onnx: .*not an ONNX model/)
  await refused({ backbone: file('short.onnx', readFileSync(backbone).subarray(0, 20_000)) }, /^error: .*short\.onnx: /)
  const strange = new OnnxBuilder({ name: 'strange', opset: 17, metadata: {} })
  const image = strange.input('image', { dtype: 'float32', shape: ['N', 3, 32, 32] })
  strange.output(strange.node('GridSample', [image, image]), { dtype: 'float32', shape: ['N', 3, 32, 32] })
  await refused({ backbone: file('strange.onnx', strange.serialise()) }, /^error: .*strange\.onnx: .*GridSample/)
  const text = input('tokens', { dtype: 'int64', shape: [1, 8] })
  const noImage = writeOnnx({ inputs: { tokens: text }, outputs: { y: g.cast(text, 'float32') } })
  await refused({ backbone: file('no-image.onnx', noImage) }, /^error: .*no-image\.onnx: .*no image input: expected .* found .*tokens/)
})

test('places to write to', async () => {
  await refused({ out: `${file('in-the-way', '')}/out` }, /^error: cannot make the folder .*in-the-way\/out/)
})

test('a full disk leaves no half-written model', async ({ skip }) => {
  const disk = at('disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' })
  } catch {
    skip('a small disk can only be mounted by root on Linux')
  }
  try {
    await refused({ out: `${disk}/out` }, /^error: cannot write .*disk\/out\/.*: the disk is full\n$/)
    expect(existsSync(`${disk}/out/model.onnx`)).toBe(false)
  } finally {
    execFileSync('umount', [disk])
  }
})

test('broken images are named and skipped', async () => {
  const images = at('broken')
  await writePhotos(images, { classes: ['fir', 'oak'], images: { train: 8, validation: 4, test: 4 } })
  const whole = readFileSync(at('broken/train/fir/000.jpg'))
  const bad = {
    'truncated.jpg': whole.subarray(0, whole.length / 2),
    'empty.jpg': new Uint8Array(),
    'text.jpg': Buffer.from('this is a text'),
    'huge.png': hugePng(60_000, 60_000),
  }
  for (const [name, bytes] of Object.entries(bad)) writeFileSync(at('broken/test/fir', name), bytes)
  const { code, stdout, stderr } = await train({ images, out: at('broken-run') }, '--json')
  expect(code, stderr).toBe(0)
  const warnings = jsonLines(stdout).filter(({ event }) => event === 'warning')
  for (const name of Object.keys(bad)) expect(JSON.stringify(warnings)).toContain(name)
})

test('a checkpoint of another run, or none, is not resumed', async () => {
  const out = at('first')
  expect((await train({ out })).code).toBe(0)
  await refused(
    { out, 'labels-per-class': '3' },
    /^error: .*checkpoint.*expected a checkpoint of this run, found one made with other/,
    '--resume',
  )
  await refused({ out: at('fresh') }, /^error: .*checkpoint/, '--resume')
})

/** A PNG that declares a size and holds almost nothing. */
function hugePng(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.from([0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01])),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
