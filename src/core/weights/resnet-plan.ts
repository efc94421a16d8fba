// Recognises a ResNet by the names and shapes of its weights, and says what is missing, too much or of another shape.
import type { Shape } from '../tensor/tensor.ts'
import { WeightsError } from './errors.ts'

export interface ResNetBlock {
  /** E.g. `layer2.0`. */
  readonly name: string
  /** Two 3x3 convolutions, or 1x1, 3x3 and 1x1. */
  readonly kind: 'basic' | 'bottleneck'
  readonly stride: 1 | 2
  /** Of the 3x3 convolution of a bottleneck: more than one for ResNeXt. */
  readonly groups: number
  /** The shortcut is a convolution: extents or channels change. */
  readonly downsample: boolean
}

export interface ResNetPlan {
  /** For people: `ResNet-50`, `Wide ResNet-50-2`, `ResNeXt-50 32x4d`, `ResNet (2-2-2-2 bottlenecks)`. */
  readonly title: string
  readonly blocks: readonly ResNetBlock[]
  /** Names of tensors that the network does not need: heads, counters. */
  readonly leftOut: readonly string[]
}

/** Heads: of torchvision and MoCo v1 and v2, of timm, of others. Their place takes what is trained here. */
const heads = /^(fc|classifier|head|heads|projector|projection|predictor|mlp|last_linear)(\.|$)/
const counters = /(^|\.)num_batches_tracked$/

/** @param shapes by name, the wrappers' prefix taken off
 * @throws WeightsError naming the tensors that are missing, too many or of another shape */
export function planResNet(shapes: ReadonlyMap<string, Shape>): ResNetPlan {
  const leftOut = [...shapes.keys()].filter((name) => heads.test(name) || counters.test(name))
  const blocks = blocksOf(shapes)
  const expected = expectedShapes(shapes, blocks)
  const optional = new Set(leftOut)
  const missing = [...expected.keys()].filter((name) => !shapes.has(name))
  const unexpected = [...shapes.keys()].filter((name) => !expected.has(name) && !optional.has(name))
  const misshaped = [...expected].flatMap(([name, shape]) => {
    const found = shapes.get(name)
    return found && !fits(found, shape)
      ? [`${name} is [${found.join(', ')}] instead of [${shape.map((extent) => extent ?? 'any').join(', ')}]`]
      : []
  })
  const problems = [
    missing.length > 0 && `missing: ${few(missing)}`,
    unexpected.length > 0 && `not part of a ResNet: ${few(unexpected)}`,
    misshaped.length > 0 && `of another shape: ${few(misshaped)}`,
  ].filter((problem) => problem !== false)
  if (problems.length > 0) throw new WeightsError(`expected the weights of a ResNet, found other ones; ${problems.join('; ')}`)
  return { title: titleOf(shapes, blocks), blocks, leftOut }
}

function few(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}

function blocksOf(shapes: ReadonlyMap<string, Shape>): ResNetBlock[] {
  const blocks: ResNetBlock[] = []
  for (let layer = 1; layer <= 4; layer++) {
    for (let i = 0; i === 0 || shapes.has(`layer${layer}.${i}.conv1.weight`); i++) {
      const name = `layer${layer}.${i}`
      const isBottleneck = shapes.has(`${name}.conv3.weight`)
      const middle = shapes.get(`${name}.conv2.weight`)
      const groups = isBottleneck && middle ? Math.max(1, Math.round((middle[0] ?? 0) / (middle[1] ?? 1))) : 1
      const kind = isBottleneck ? 'bottleneck' : 'basic'
      blocks.push({ name, kind, stride: layer > 1 && i === 0 ? 2 : 1, groups, downsample: shapes.has(`${name}.downsample.0.weight`) })
    }
  }
  return blocks
}

/** Null: any extent. */
type Pattern = readonly (number | null)[]

function fits(shape: Shape, pattern: Pattern): boolean {
  return shape.length === pattern.length && pattern.every((extent, axis) => extent === null || extent === shape[axis])
}

/** Every tensor of the network; widths are taken from the convolutions' own shapes. */
function expectedShapes(shapes: ReadonlyMap<string, Shape>, blocks: readonly ResNetBlock[]): Map<string, Pattern> {
  const expected = new Map<string, Pattern>()
  const widthOf = (name: string): number | null => shapes.get(name)?.[0] ?? null
  const norm = (name: string, width: number | null): void => {
    for (const part of ['weight', 'bias', 'running_mean', 'running_var']) expected.set(`${name}.${part}`, [width])
  }
  const conv = (name: string, normName: string, width: number | null, from: number | null, size: number): number | null => {
    expected.set(`${name}.weight`, [width, from, size, size])
    norm(normName, width)
    return width
  }
  let width = conv('conv1', 'bn1', widthOf('conv1.weight'), 3, 7)
  for (const { name, kind, stride, groups, downsample } of blocks) {
    const last = kind === 'basic' ? 'conv2' : 'conv3'
    const out = widthOf(`${name}.${last}.weight`)
    const inner = conv(`${name}.conv1`, `${name}.bn1`, widthOf(`${name}.conv1.weight`), width, kind === 'basic' ? 3 : 1)
    const middle = kind === 'basic' ? out : widthOf(`${name}.conv2.weight`)
    conv(`${name}.conv2`, `${name}.bn2`, middle, inner === null ? null : inner / groups, 3)
    if (kind === 'bottleneck') conv(`${name}.conv3`, `${name}.bn3`, out, middle, 1)
    if (downsample || stride === 2 || (out !== null && width !== null && out !== width))
      conv(`${name}.downsample.0`, `${name}.downsample.1`, out, width, 1)
    width = out
  }
  return expected
}

const depths: Readonly<Record<string, number>> = {
  'basic 2-2-2-2': 18,
  'basic 3-4-6-3': 34,
  'bottleneck 3-4-6-3': 50,
  'bottleneck 3-4-23-3': 101,
  'bottleneck 3-8-36-3': 152,
}

function titleOf(shapes: ReadonlyMap<string, Shape>, blocks: readonly ResNetBlock[]): string {
  const [{ kind, groups }] = blocks as [ResNetBlock, ...ResNetBlock[]]
  const counts = [1, 2, 3, 4].map((layer) => blocks.filter(({ name }) => name.startsWith(`layer${layer}.`)).length).join('-')
  const depth = depths[`${kind} ${counts}`]
  const [stem = 0] = shapes.get('conv1.weight') ?? []
  const [inner = 0] = shapes.get('layer1.0.conv1.weight') ?? []
  if (depth === undefined || stem !== 64) return `ResNet (${counts} ${kind === 'basic' ? 'basic blocks' : 'bottlenecks'})`
  if (groups > 1) return `ResNeXt-${depth} ${groups}x${inner / groups}d`
  return inner === stem ? `ResNet-${depth}` : `Wide ResNet-${depth}-${inner / stem}`
}
