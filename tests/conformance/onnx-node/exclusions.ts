// What of the ONNX project's operator tests is not run, and why. An entry that no case needs any more fails the suite.

interface Exclusion {
  readonly reason: string
  readonly names: readonly string[]
}

/** Models that do not import ONNX's own operators in a version that we read, by opset. */
export const excludedOpsets: readonly Exclusion[] = [
  { reason: 'only operators of ai.onnx.ml (trees, labels) or ai.onnx.preview.training (optimisers)', names: ['none'] },
  { reason: 'broadcasting before opset 7 had other rules; the reader starts there', names: ['1'] },
]

/** Types of inputs or outputs that tensors of ours cannot have. */
export const excludedTypes: readonly Exclusion[] = [
  {
    reason: 'integers other than int32, int64 and uint8 do not occur in what we train',
    names: ['INT8', 'INT16', 'UINT16', 'UINT32', 'UINT64'],
  },
  {
    reason: 'quantised and 8-bit floating-point numbers are formats of inference',
    names: ['INT4', 'UINT4', 'FLOAT8E4M3FN', 'FLOAT8E4M3FNUZ', 'FLOAT8E5M2', 'FLOAT8E5M2FNUZ'],
  },
  { reason: 'no text in the graph', names: ['STRING'] },
  { reason: 'every value of a graph is one tensor of static shape', names: ['sequence', 'optional'] },
]

const split = (names: string): string[] => names.split(' ')

/** Operators that the reader does not know. */
export const excludedOperators: readonly Exclusion[] = [
  { reason: 'control flow and optional values: graphs are static', names: split('If Loop Scan OptionalGetElement OptionalHasElement') },
  { reason: 'random: noise comes from the host, so that every engine sees the same', names: split('Bernoulli RandomUniformLike') },
  {
    reason: 'integer and quantised arithmetic: networks are trained in floating point',
    names: split(
      'BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor ConvInteger MatMulInteger QLinearConv QLinearMatMul QuantizeLinear DequantizeLinear DynamicQuantizeLinear',
    ),
  },
  {
    reason: 'losses are built from other operators; the cases that spell them out are run',
    names: split('NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss'),
  },
  { reason: 'recurrent networks', names: split('GRU LSTM RNN ReverseSequence') },
  { reason: 'detection', names: split('NonMaxSuppression RoiAlign') },
  {
    reason: 'decoding images, sound and text happens outside the graph',
    names: split('ImageDecoder DFT STFT MelWeightMatrix BlackmanWindow HammingWindow HannWindow TfIdfVectorizer'),
  },
  { reason: 'the shape of the result depends on the data', names: split('Compress Unique') },
  {
    reason: 'not used by the image networks and encoders that we read',
    names: split(
      'Acos Acosh Asin Asinh Atan Atanh Cosh Sinh Tan AffineGrid Celu CenterCropPad Col2Im ConvTranspose DeformConv Det Einsum EyeLike GridSample Hardmax IsInf LpPool MaxUnpool MeanVarianceNormalization ReduceProd Shrink ThresholdedRelu Trilu',
    ),
  },
]

/** Single cases of operators that are known otherwise. */
export const excludedCases: readonly Exclusion[] = [
  {
    reason: 'the file stores bfloat16 as uint16, which it is not',
    names: split(
      'test_cast_BFLOAT16_to_FLOAT test_cast_FLOAT_to_BFLOAT16 test_castlike_BFLOAT16_to_FLOAT test_castlike_BFLOAT16_to_FLOAT_expanded test_castlike_FLOAT_to_BFLOAT16 test_castlike_FLOAT_to_BFLOAT16_expanded',
    ),
  },
  { reason: 'maximum and minimum of bool (opset 20)', names: split('test_reduce_max_bool_inputs test_reduce_min_bool_inputs') },
  {
    reason: 'reductions other than none (and add, of elements)',
    names: split(
      'test_scatter_elements_with_reduction_max test_scatter_elements_with_reduction_min test_scatternd_add test_scatternd_max test_scatternd_min test_scatternd_multiply',
    ),
  },
  {
    reason: 'running statistics are variables of the training program, not outputs of the file',
    names: split('test_batchnorm_epsilon_training_mode test_batchnorm_example_training_mode'),
  },
  {
    reason: 'draws random numbers; a file is read as for inference',
    names: split('test_training_dropout test_training_dropout_default test_training_dropout_mask test_training_dropout_default_mask'),
  },
  {
    reason:
      'expects the divisor to count what lies beyond the padding; PyTorch, ONNX Runtime and later versions of the specification do not (onnxruntime#16203)',
    names: ['test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True'],
  },
]

/** Cases of which only some outputs are compared. */
export const partialCases: readonly (Exclusion & { readonly outputs: readonly string[] })[] = [
  {
    reason: 'mean and deviation of a layer normalisation are read by nobody',
    outputs: ['Y'],
    names: split(
      '2d_axis0 2d_axis1 2d_axis_negative_1 2d_axis_negative_2 3d_axis0_epsilon 3d_axis1_epsilon 3d_axis2_epsilon 3d_axis_negative_1_epsilon 3d_axis_negative_2_epsilon 3d_axis_negative_3_epsilon 4d_axis0 4d_axis1 4d_axis2 4d_axis3 4d_axis_negative_1 4d_axis_negative_2 4d_axis_negative_3 4d_axis_negative_4 default_axis',
    ).map((suffix) => `test_layer_normalization_${suffix}`),
  },
  {
    reason: 'positions of maxima are not an output of our MaxPool',
    outputs: ['y'],
    names: split('test_maxpool_with_argmax_2d_precomputed_pads test_maxpool_with_argmax_2d_precomputed_strides'),
  },
  {
    reason: 'the mask of a dropout that drops nothing is not an output',
    outputs: ['y'],
    names: split('test_dropout_default_mask test_dropout_default_mask_ratio test_training_dropout_zero_ratio_mask'),
  },
]
