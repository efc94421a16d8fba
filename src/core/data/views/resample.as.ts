// AssemblyScript: the two passes of Pillow's resize (src/libImaging/Resample.c) with 128-bit SIMD. Compiled into resample-wasm.ts by
// `npm run generate:resample`. Addresses and pitches are in bytes. Every output column or row has a record of i32 words: its first input
// column or row, the number of its taps, their weights. Sums wrap at 32 bits and are cut off at 0 and 255, as Pillow's.

/** Bits after the point of a weight. */
const precision: i32 = 22
const half: i32 = 1 << (precision - 1)

/**
 * Rows of RGB pixels to rows of `width` RGB pixels, four rows at a time (they share the weights). Of a record, `stride` bytes long, the
 * inputs are columns. Writes one byte more than a row has, and reads as much: `outPitch` is more than 3 * width.
 */
export function horizontal(
  source: usize,
  sourcePitch: usize,
  rows: usize,
  out: usize,
  outPitch: usize,
  width: usize,
  records: usize,
  stride: usize,
): void {
  const last = rows - 1
  for (let y: usize = 0; y < rows; y += 4) {
    // At the end some of the four are the same row.
    const y1 = min(y + 1, last)
    const y2 = min(y + 2, last)
    const y3 = min(y + 3, last)
    const from0 = source + y * sourcePitch
    const from1 = source + y1 * sourcePitch
    const from2 = source + y2 * sourcePitch
    const from3 = source + y3 * sourcePitch
    let out0 = out + y * outPitch
    let out1 = out + y1 * outPitch
    let out2 = out + y2 * outPitch
    let out3 = out + y3 * outPitch
    for (let x: usize = 0, record = records; x < width; x++, record += stride) {
      let at = load<u32>(record) * 3
      let w = record + 8
      const end = w + (load<u32>(record, 4) << 2)
      let sum0 = i32x4.splat(half)
      let sum1 = sum0
      let sum2 = sum0
      let sum3 = sum0
      for (; w < end; w += 4, at += 3) {
        const weight = v128.load32_splat(w)
        sum0 = i32x4.add(sum0, i32x4.mul(weight, pixel(from0 + at)))
        sum1 = i32x4.add(sum1, i32x4.mul(weight, pixel(from1 + at)))
        sum2 = i32x4.add(sum2, i32x4.mul(weight, pixel(from2 + at)))
        sum3 = i32x4.add(sum3, i32x4.mul(weight, pixel(from3 + at)))
      }
      const pixels = toBytes(sum0, sum1, sum2, sum3)
      // The fourth byte of each is overwritten by the next pixel.
      v128.store32_lane(out0, pixels, 0)
      v128.store32_lane(out1, pixels, 1)
      v128.store32_lane(out2, pixels, 2)
      v128.store32_lane(out3, pixels, 3)
      out0 += 3
      out1 += 3
      out2 += 3
      out3 += 3
    }
  }
}

/**
 * Blends rows into `height` rows of `outPitch` bytes without gaps, sixteen bytes at a time. Of a record the inputs are rows. Reads and
 * writes up to fifteen bytes beyond the last row.
 */
export function vertical(
  source: usize,
  sourcePitch: usize,
  out: usize,
  outPitch: usize,
  height: usize,
  records: usize,
  stride: usize,
): void {
  for (let y: usize = 0, record = records; y < height; y++, record += stride, out += outPitch) {
    const first = source + usize(load<u32>(record)) * sourcePitch
    const weights = record + 8
    const end = weights + (load<u32>(record, 4) << 2)
    for (let x: usize = 0; x < outPitch; x += 16) {
      let sum0 = i32x4.splat(half)
      let sum1 = sum0
      let sum2 = sum0
      let sum3 = sum0
      for (let w = weights, at = first + x; w < end; w += 4, at += sourcePitch) {
        const weight = v128.load32_splat(w)
        const bytes = v128.load(at)
        const low = i16x8.extend_low_i8x16_u(bytes)
        const high = i16x8.extend_high_i8x16_u(bytes)
        sum0 = i32x4.add(sum0, i32x4.mul(weight, i32x4.extend_low_i16x8_u(low)))
        sum1 = i32x4.add(sum1, i32x4.mul(weight, i32x4.extend_high_i16x8_u(low)))
        sum2 = i32x4.add(sum2, i32x4.mul(weight, i32x4.extend_low_i16x8_u(high)))
        sum3 = i32x4.add(sum3, i32x4.mul(weight, i32x4.extend_high_i16x8_u(high)))
      }
      v128.store(out + x, toBytes(sum0, sum1, sum2, sum3))
    }
  }
}

/** Four bytes, the first three of them a pixel, as four i32. */
function pixel(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)))
}

/** Sixteen sums to bytes, 0 to 255. */
function toBytes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i16x8.narrow_i32x4_s(i32x4.shr_s(a, precision), i32x4.shr_s(b, precision))
  const cd = i16x8.narrow_i32x4_s(i32x4.shr_s(c, precision), i32x4.shr_s(d, precision))
  return i8x16.narrow_i16x8_u(ab, cd)
}
