// Affine maps with the nearest pixel, black outside, in Pillow's arithmetic (src/libImaging/Geometry.c).
import { newImage, type Image } from './image.ts'

/** Where output pixel (x, y) comes from: (a x + b y + c, d x + e y + f), in pixels from the upper left corner. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** Applies a map to an image of less than 32768 pixels a side; the size stays. */
export function affine(image: Image, [a, b, c, d, e, f]: Matrix): Image {
  // Pillow's path for pure scaling and shifting adds up in floating point; for the whole shifts made here both agree.
  const { width, height } = image
  const out = newImage(width, height)
  const source = image.data
  const target = out.data
  const dx = fixed(a)
  const dy = fixed(d)
  let rowX = fixed(c + a * 0.5 + b * 0.5)
  let rowY = fixed(f + d * 0.5 + e * 0.5)
  const rowDx = fixed(b)
  const rowDy = fixed(e)
  for (let y = 0; y < height; y++) {
    if (dx === 1 << 16 && dy === 0) {
      // A piece of a row: one copy.
      const shift = rowX >> 16
      const row = rowY >> 16
      const left = Math.max(0, -shift)
      const right = Math.min(width, width - shift)
      const from = row * width + shift
      if (row >= 0 && row < height && left < right)
        target.set(source.subarray((from + left) * 3, (from + right) * 3), (y * width + left) * 3)
    } else {
      let sx = rowX
      let sy = rowY
      for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
        const column = sx >> 16
        const row = sy >> 16
        if (column >= 0 && column < width && row >= 0 && row < height) {
          const from = (row * width + column) * 3
          target[at] = source[from]!
          target[at + 1] = source[from + 1]!
          target[at + 2] = source[from + 2]!
        }
        sx = (sx + dx) | 0
        sy = (sy + dy) | 0
      }
    }
    rowX = (rowX + rowDx) | 0
    rowY = (rowY + rowDy) | 0
  }
  return out
}

/** Turns counter-clockwise about the middle: Image.rotate. */
export function rotate(image: Image, degrees: number): Image {
  if (degrees % 360 === 0) return image
  const angle = (-degrees * Math.PI) / 180
  const cos = Number(Math.cos(angle).toFixed(15))
  const sin = Number(Math.sin(angle).toFixed(15))
  const x = image.width / 2
  const y = image.height / 2
  return affine(image, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y])
}

/** Moves each row by `factor` times its distance from the top. */
export function shearX(image: Image, factor: number): Image {
  return affine(image, [1, factor, 0, 0, 1, 0])
}

/** Moves each column by `factor` times its distance from the left. */
export function shearY(image: Image, factor: number): Image {
  return affine(image, [1, 0, 0, factor, 1, 0])
}

/** Moves the image left and up by whole pixels. */
export function translate(image: Image, x: number, y: number): Image {
  return affine(image, [1, 0, x, 0, 1, y])
}

/** 16.16 fixed point. */
function fixed(value: number): number {
  return Math.floor(value * 65536 + 0.5)
}
