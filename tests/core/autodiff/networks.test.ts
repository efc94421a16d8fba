// Whole networks against PyTorch: loss and every gradient in float64 (tests/fixtures/autodiff/make.py).
import { expect, it } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import * as b from '../../../src/core/graph/build.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { isFloat, toNumbers } from '../../../src/core/tensor/tensor.ts'
import { readSafetensors } from '../../support/safetensors.ts'
import { largestError } from '../../support/errors.ts'
import { evaluateAt } from './evaluate.ts'

/** Looks up a leaf: `image` -> `input.image`, `stem` -> `param.stem`. */
type Leaves = (name: string) => Value

function batchNorm(p: Leaves, name: string, x: Value): Value {
  return b.batchNormalizationTraining(x, p(`${name}.weight`), p(`${name}.bias`)).y
}

function crossEntropy(logits: Value, label: Value): Value {
  const target = b.oneHot(label, logits.shape.at(-1) ?? 1, -1, logits.dtype)
  return b.neg(b.reduceMean(b.reduceSum(b.mul(target, b.logSoftmax(logits)), [-1])))
}

function linear(p: Leaves, name: string, x: Value): Value {
  return b.add(b.matMul(x, b.transpose(p(`${name}.weight`))), p(`${name}.bias`))
}

function resnet(p: Leaves): Value {
  let h = b.conv(p('image'), p('stem'), null, { strides: [2, 2], pads: [2, 2, 2, 2] })
  h = b.maxPool(b.relu(batchNorm(p, 'stem_bn', h)), { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  for (const [block, strides] of [
    ['block1', [2, 2]],
    ['block2', [1, 1]],
  ] as const) {
    // prettier-ignore
    let z = b.conv(h, p(`${block}.conv1`), null, { strides, pads: [1, 1, 1, 1] })
    z = b.relu(batchNorm(p, `${block}.bn1`, z))
    z = batchNorm(p, `${block}.bn2`, b.conv(z, p(`${block}.conv2`), null, { pads: [1, 1, 1, 1] }))
    if (block === 'block1') h = batchNorm(p, `${block}.bn3`, b.conv(h, p(`${block}.shortcut`), null, { strides }))
    h = b.relu(b.add(h, z))
  }
  const logits = b.gemm(b.flatten(b.globalAveragePool(h)), p('fc.weight'), p('fc.bias'), { transB: 1 })
  return crossEntropy(logits, p('label'))
}

function mobilenet(p: Leaves): Value {
  const x = p('image')
  let h = b.hardSwish(b.mul(batchNorm(p, 'expand_bn', b.conv(x, p('expand'))), 2.5))
  h = b.conv(h, p('depthwise'), null, { pads: [2, 2, 2, 2], group: 12 })
  h = b.hardSwish(b.mul(batchNorm(p, 'depthwise_bn', h), 2.5))
  const squeezed = b.relu(b.conv(b.globalAveragePool(h), p('squeeze'), p('squeeze_bias')))
  const excited = b.hardSigmoid(b.conv(squeezed, p('excite'), p('excite_bias')), 1 / 6, 0.5)
  h = b.add(x, batchNorm(p, 'project_bn', b.conv(b.mul(h, excited), p('project'))))
  h = b.clip(b.mul(b.conv(h, p('grouped'), null, { strides: [2, 2], pads: [1, 0, 1, 0], group: 2 }), 2), 0, 6)
  h = b.averagePool(h, { kernel_shape: [2, 2], pads: [1, 1, 1, 1] })
  const error = b.sub(b.reduceMean(h, [2, 3]), p('target'))
  return b.reduceMean(b.mul(error, error))
}

function transformer(p: Leaves): Value {
  const [token, keep] = [p('token'), p('keep')]
  const [n = 1, length = 1] = token.shape
  const [d, heads] = [8, 2]
  const norm = (name: string, x: Value): Value => b.layerNormalization(x, p(`${name}.weight`), p(`${name}.bias`))
  let h = b.add(b.gather(p('embedding'), token), p('position'))
  const packed = b.reshape(linear(p, 'qkv', norm('norm1', h)), [n, length, 3, heads, d / heads])
  const [q, k, v] = b.split(b.transpose(packed, [2, 0, 3, 1, 4]), [1, 1, 1], 0).map((part) => b.squeeze(part, [0]))
  if (!q || !k || !v) throw new Error('expected three parts')
  const score = b.mul(b.matMul(q, b.transpose(k, [0, 1, 3, 2])), (d / heads) ** -0.5)
  const attention = b.softmax(b.where(b.reshape(keep, [n, 1, 1, length]), score, -1e9))
  const mixed = b.reshape(b.transpose(b.matMul(attention, v), [0, 2, 1, 3]), [n, length, d])
  h = b.add(h, linear(p, 'out', mixed))
  h = b.add(h, linear(p, 'mlp2', b.gelu(linear(p, 'mlp1', norm('norm2', h)))))
  const logits = b.matMul(norm('norm3', h), b.transpose(p('embedding')))
  const logP = b.squeeze(b.gatherElements(b.logSoftmax(logits), b.unsqueeze(p('label'), [-1]), -1), [-1])
  const counted = b.cast(keep, logits.dtype)
  return b.neg(b.div(b.reduceSum(b.mul(logP, counted)), b.reduceSum(counted)))
}

for (const [name, build] of Object.entries({ resnet, mobilenet, transformer }))
  it(`${name} has PyTorch's loss and gradients`, () => {
    const expected = readSafetensors(new URL(`../../fixtures/autodiff/${name}.safetensors`, import.meta.url))
    const given = Object.entries(expected).filter(([key]) => /^(input|param)\./.test(key))
    const leaves = new Map(given.map(([key, value]) => [key, b.input(key, value)]))
    const loss = build((leaf) => {
      const value = leaves.get(`param.${leaf}`) ?? leaves.get(`input.${leaf}`)
      if (!value) throw new Error(`no leaf ${leaf} in ${name}`)
      return value
    })
    const x = [...leaves.values()]
    const real = given.filter(([, value]) => isFloat(value.dtype)).map(([key]) => key)
    const gradients = differentiate(
      loss,
      x.filter((leaf) => isFloat(leaf.dtype)),
    )
    const results = evaluateAt([loss, ...gradients], x, given.map(([, value]) => value)) // prettier-ignore
    for (const [i, key] of ['loss', ...real.map((leaf) => `grad.${leaf}`)].entries()) {
      const reference = expected[key]
      const result = results[i]
      if (!reference || !result) throw new Error(`nothing to compare with for ${key}`)
      expect(result.shape, key).toEqual(reference.shape)
      expect(largestError(toNumbers(result), toNumbers(reference)), key).toBeLessThan(1e-9)
    }
  })
