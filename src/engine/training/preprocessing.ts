// The part of an exported model that turns an image of any size into what the network was trained on.
import { onnxTypes } from '../../core/graph/onnx/builder.ts'
import type { OnnxBuilder } from '../../core/graph/onnx/builder.ts'
import { tensor } from '../../core/tensor/tensor.ts'
import { normalizations } from '../../core/data/views/normalise.ts'
import type { ViewRecipe } from '../../core/data/views/recipe.ts'

/** Writes ONNX nodes (opset 18) from `image`, uint8 RGB [N, height, width, 3] of any size, to float32 [N, 3, size, size]: short side
 * resized with antialiasing to the recipe's, middle cut out, normalised; the same steps as an evaluation view.
 * @returns the name of the result */
export function writePreprocessing(builder: OnnxBuilder, { size, crop, filter, normalize }: ViewRecipe): string {
  if (crop.kind !== 'center') throw new Error(`expected an evaluation recipe with a centre crop, found ${crop.kind}`)
  const int64 = (...values: number[]): string => builder.initialiser(tensor('int64', [values.length], values))
  const perChannel = (values: readonly number[]): string => builder.initialiser(tensor('float32', [1, 3, 1, 1], values))

  const image = builder.input('image', { dtype: 'uint8', shape: ['N', 'height', 'width', 3] })
  const planes = builder.node('Transpose', [image], { perm: [0, 3, 1, 2] })
  const extents = builder.node('Shape', [planes], { start: 2, end: 4 })
  const short = builder.node('ReduceMin', [extents], { keepdims: 1 })
  const resized = builder.node('Div', [builder.node('Mul', [extents, int64(crop.shortSide)]), short])
  const sizes = builder.node('Concat', [builder.node('Shape', [planes], { start: 0, end: 2 }), resized], { axis: 0 })
  const scaled = builder.node('Resize', [planes, null, null, sizes], {
    mode: filter === 'bicubic' ? 'cubic' : 'linear',
    antialias: 1,
    coordinate_transformation_mode: 'half_pixel',
  })
  // (extent - size) / 2, halves to the even neighbour, as the evaluation view rounds.
  const margin = builder.node('Cast', [builder.node('Sub', [resized, int64(size)])], { to: onnxTypes.float32 })
  const half = builder.initialiser(tensor('float32', [1], [0.5]))
  const start = builder.node('Cast', [builder.node('Round', [builder.node('Mul', [margin, half])])], { to: onnxTypes.int64 })
  const end = builder.node('Add', [start, int64(size)])
  const middle = builder.node('Slice', [scaled, start, end, int64(2, 3)])
  const { mean, deviation } = normalizations[normalize]
  const real = builder.node('Cast', [middle], { to: onnxTypes.float32 })
  const unit = builder.node('Sub', [builder.node('Div', [real, perChannel([255, 255, 255])]), perChannel(mean)])
  return builder.node('Div', [unit, perChannel(deviation)])
}
