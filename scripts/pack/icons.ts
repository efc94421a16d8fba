// Icons of all systems from resources/icon.svg. electron-builder would convert one PNG with a tool that it downloads while it packs and that no
// lockfile holds; both containers take PNG files as they are, so they are written here.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

/** @param folder gets icon.ico, icon.icns, icon.png (512) and linux/<size>x<size>.png */
export async function writeIcons(root: string, folder: string): Promise<void> {
  const source = join(root, 'resources/icon.svg')
  mkdirSync(join(folder, 'linux'), { recursive: true })
  for (const size of [16, 24, 32, 48, 64, 128, 256, 512])
    writeFileSync(join(folder, `linux/${size}x${size}.png`), await drawn(source, size))
  copyFileSync(join(folder, 'linux/512x512.png'), join(folder, 'icon.png'))
  const sizes = [16, 24, 32, 48, 64, 128, 256]
  writeFileSync(join(folder, 'icon.ico'), ico(await Promise.all(sizes.map(async (size) => ({ size, png: await drawn(source, size) })))))
  const images = Object.entries(icnsSizes).map(async ([type, size]) => ({ type, png: await withMargin(source, size) }))
  writeFileSync(join(folder, 'icon.icns'), icns(await Promise.all(images)))
}

/** Pixels of the drawing, whose SVG measures 1024. */
function drawn(source: string, size: number): Promise<Buffer> {
  return sharp(source, { density: Math.max(1, (72 * size) / 1024) })
    .resize(size, size)
    .png({ compressionLevel: 9 })
    .toBuffer()
}

/** Icons on macOS leave a tenth free on each side for their shadow. */
async function withMargin(source: string, size: number): Promise<Buffer> {
  const margin = Math.round((size * 100) / 1024)
  return sharp(await drawn(source, size - 2 * margin))
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background: '#0000' })
    .png({ compressionLevel: 9 })
    .toBuffer()
}

/** A header, 16 bytes an image that say where it is, the images. 0 means 256 pixels. */
function ico(images: readonly { size: number; png: Buffer }[]): Buffer {
  const head = Buffer.alloc(6 + 16 * images.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(images.length, 4)
  let offset = head.length
  images.forEach(({ size, png }, i) => {
    const at = 6 + 16 * i
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(png.length, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += png.length
  })
  return Buffer.concat([head, ...images.map(({ png }) => png)])
}

/** Apple's types that hold PNG files, with their pixels: 128 to 512, then 16, 32, 128, 256 and 512 at twice the density. */
const icnsSizes = { ic07: 128, ic08: 256, ic09: 512, ic11: 32, ic12: 64, ic13: 256, ic14: 512, ic10: 1024 }

/** Blocks of a type, a length that includes these eight bytes, and content; one around all of them. */
function icns(images: readonly { type: string; png: Buffer }[]): Buffer {
  return block('icns', Buffer.concat(images.map(({ type, png }) => block(type, png))))
}

function block(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32BE(8 + content.length, 4)
  return Buffer.concat([head, content])
}
