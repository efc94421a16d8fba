// What an image looks like in 56 bytes: a difference hash (Neal Krawetz, "Kind of Like That", 2013) and a tiny picture for the colours.
import { openImage } from './picture.ts'

/** 8 bytes: whether a pixel of the 9x8 grey image is brighter than its right neighbour, by more
 * than noise of one step in 255, row by row. 48 bytes: 4x4 RGB.
 * @throws Error as `makePicture` */
export async function look(bytes: Uint8Array): Promise<Buffer> {
  // One decode of the file; both small images come from the middle one. An odd size of each cell would favour some pixels.
  const middle = await openImage(bytes)
    .resize(72, 64, { fit: 'fill' })
    .flatten({ background: '#808080' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
  const grey = shrink(middle, 9, 8)
  const colours = shrink(middle, 4, 4)
  const result = Buffer.alloc(56)
  for (let y = 0; y < 8; y++)
    for (let x = 0; x < 8; x++) if (luma(grey, y * 9 + x) > luma(grey, y * 9 + x + 1) + 1) result[y] = (result[y] ?? 0) | (128 >> x)
  result.set(colours, 8)
  return result
}

/** Means of cells of a 72x64 RGB image. */
function shrink(image: Uint8Array, columns: number, rows: number): Uint8Array {
  const [width, height] = [72, 64]
  const [cellWidth, cellHeight] = [width / columns, height / rows]
  const result = new Uint8Array(columns * rows * 3)
  for (let cell = 0; cell < columns * rows; cell++) {
    const left = (cell % columns) * cellWidth
    const top = Math.floor(cell / columns) * cellHeight
    for (let c = 0; c < 3; c++) {
      let sum = 0
      for (let y = top; y < top + cellHeight; y++) for (let x = left; x < left + cellWidth; x++) sum += image[(y * width + x) * 3 + c] ?? 0
      result[cell * 3 + c] = Math.round(sum / (cellWidth * cellHeight))
    }
  }
  return result
}

/** ITU-R BT.601, of pixel `at`. */
function luma(rgb: Uint8Array, at: number): number {
  return 0.299 * (rgb[at * 3] ?? 0) + 0.587 * (rgb[at * 3 + 1] ?? 0) + 0.114 * (rgb[at * 3 + 2] ?? 0)
}
