// Fixed features of an image: how much it changes at which scale and in which colour, and how that in turn changes (scattering).
// Bruna and Mallat, Invariant Scattering Convolution Networks, IEEE TPAMI 2013; made the same for turned and mirrored images as in
// Sifre and Mallat, Rotation, Scaling and Deformation Invariant Scattering, CVPR 2013.
import * as g from '../../core/graph/build.ts'
import type { Value } from '../../core/graph/value.ts'
import { tensor } from '../../core/tensor/tensor.ts'
import type { HostTensor } from '../../core/tensor/tensor.ts'

const orientations = 8
/** Octaves of the first wavelets; the second ones reach one further. */
const octaves = 4
/** Edge of the filters, pixels. */
const extent = 7
/** Deviation of the Gaussian window, pixels, how much longer it is along the wave's crests, and radians a pixel of the wave. */
const gabor = { deviation: 2, elongation: 1 / 0.6, frequency: 1.1 }

/** Brightness, red against blue, green against both; each row sums to the weights of one channel. */
const colours = [
  [0.3, 0.59, 0.11],
  [0.5, 0, -0.5],
  [0.25, -0.5, 0.25],
]

/** Pairs of octaves of the second order, in the order in which `scattering` lists them. */
const pairs = Array.from({ length: octaves }, (_, j) => Array.from({ length: octaves - j }, (_, i) => [j, j + 1 + i] as const)).flat()
/** Angles between two orientations up to a mirror image: 0, 22.5, 45, 67.5, 90 degrees. */
const angles = orientations / 2 + 1
const firstOrder = colours.length * octaves

/** Number of features. */
export const waveletWidth = firstOrder + pairs.length * angles

/** Images [N, 3, H, W] in -1..1, H and W at least 64 -> [N, waveletWidth]: logarithms of mean wavelet moduli, each divided by the mean
 * modulus that it refines, so that brightness and contrast do not count. */
export function waveletFeatures(x: Value): Value {
  const moduli = scattering(x)
  const [numerators, denominators] = ratios()
  const log = (weights: HostTensor): Value => g.log(g.add(g.gemm(moduli, g.constant(weights)), 1e-6))
  return g.sub(log(numerators), log(denominators))
}

/** Mean moduli [N, F]: first order by octave, colour and orientation; then second order of brightness by pair, orientation and orientation. */
function scattering(x: Value): Value {
  const halved = (z: Value): Value => g.averagePool(z, { kernel_shape: [2, 2], strides: [2, 2] })
  const mean = (z: Value): Value => g.flatten(g.globalAveragePool(z))
  let y = g.conv(x, g.constant(tensor('float32', [colours.length, 3, 1, 1], colours.flat())))
  const first: Value[] = []
  const second: Value[] = []
  for (let j = 0; j < octaves; j++) {
    const u = modulus(y)
    first.push(mean(u))
    let z = g.slice(u, [0], [orientations], [1])
    for (let k = j + 1; k <= octaves; k++) {
      z = halved(z)
      second.push(mean(modulus(z)))
    }
    y = halved(y)
  }
  return g.concat([...first, ...second], 1)
}

/** [N, C, H, W] -> [N, C * orientations, H, W]: amplitude of the wave of each orientation in each channel. */
function modulus(z: Value): Value {
  const channels = z.shape[1] ?? 0
  const part = (phase: number): Value => {
    const filtered = g.conv(z, g.constant(filters(channels, phase)), null, { group: channels, pads: [3, 3, 3, 3] })
    return g.mul(filtered, filtered)
  }
  // The small number keeps the derivative of the root finite.
  return g.sqrt(g.add(g.add(part(0), part(Math.PI / 2)), 1e-8))
}

/** Gabor wavelets without a mean, absolute values summing to 1: [channels * orientations, 1, extent, extent]. */
function filters(channels: number, phase: number): HostTensor {
  const area = extent * extent
  const result = tensor('float32', [channels * orientations, 1, extent, extent])
  for (let i = 0; i < channels * orientations; i++)
    result.data.set(gaborFilter((Math.PI * (i % orientations)) / orientations, phase), i * area)
  return result
}

function gaborFilter(angle: number, phase: number): number[] {
  const { deviation, elongation, frequency } = gabor
  const positions = Array.from({ length: extent * extent }, (_, i) => {
    const [x, y] = [(i % extent) - (extent - 1) / 2, Math.floor(i / extent) - (extent - 1) / 2]
    return { u: x * Math.cos(angle) + y * Math.sin(angle), v: y * Math.cos(angle) - x * Math.sin(angle) }
  })
  const window = positions.map(({ u, v }) => Math.exp(-(u * u + (v / elongation) ** 2) / (2 * deviation * deviation)))
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const wave = positions.map(({ u }, i) => (window[i] ?? 0) * Math.cos(frequency * u + phase))
  const shift = sum(wave) / sum(window)
  const centred = wave.map((value, i) => value - shift * (window[i] ?? 0))
  const size = sum(centred.map(Math.abs))
  return centred.map((value) => value / size)
}

/** Means over orientations as matrices [F, waveletWidth]: of the numerators, and of what each is divided by. */
function ratios(): readonly [HostTensor, HostTensor] {
  const perOctave = colours.length * orientations
  const rows = octaves * perOctave + pairs.length * orientations ** 2
  const numerators = tensor('float32', [rows, waveletWidth])
  const denominators = tensor('float32', [rows, waveletWidth])
  const add = (matrix: HostTensor<'float32'>, row: number, column: number, weight: number): void => {
    const at = row * waveletWidth + column
    matrix.data[at] = (matrix.data[at] ?? 0) + weight
  }
  const brightness = (column: number, octave: number, weight: number): void => {
    for (let a = 0; a < orientations; a++) add(denominators, octave * perOctave + a, column, weight / orientations)
  }
  for (let column = 0; column < firstOrder; column++) {
    for (let a = 0; a < orientations; a++) add(numerators, column * orientations + a, column, 1 / orientations)
    for (let octave = 0; octave < octaves; octave++) brightness(column, octave, 1 / octaves)
  }
  pairs.forEach(([octave], pair) => {
    for (let a = 0; a < orientations; a++) {
      for (let b = 0; b < orientations; b++) {
        const between = Math.abs(b - a)
        const column = firstOrder + pair * angles + Math.min(between, orientations - between)
        const row = octaves * perOctave + (pair * orientations + a) * orientations + b
        const mirrored = between % (orientations / 2) === 0 ? 1 : 2
        add(numerators, row, column, 1 / (orientations * mirrored))
      }
    }
    for (let angle = 0; angle < angles; angle++) brightness(firstOrder + pair * angles + angle, octave, 1)
  })
  return [numerators, denominators]
}
