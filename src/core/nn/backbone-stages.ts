// Where a backbone can be cut in two at a single value, and the stages that this makes.
import type { Shape } from '../tensor/tensor.ts'
import type { OnnxNode } from '../graph/onnx/model.ts'

/** A value that every path from the image to the feature passes through. */
export interface Cut {
  /** Name of the value in the file. */
  readonly name: string
  /** Of one image, without the batch axis. */
  readonly shape: Shape
}

export interface Stage {
  /** Spatial extent and channels of its last value, e.g. `7x7, 512 channels`. */
  readonly label: string
  /** Where it begins; null = the image. */
  readonly from: Cut | null
  readonly to: Cut
  /** Name of the feature map that its layers end with: that of `to`, before it is pooled. */
  readonly map: string
  /** Its trainable parameters. */
  readonly weights: readonly string[]
}

export interface StagePlan {
  /** Nodes from the image to the feature that depend on the image, in order. */
  readonly nodes: readonly OnnxNode[]
  readonly image: string
  /** The last cut. */
  readonly feature: string
  /** Shape of one image's part of a value; undefined where the value does not depend on the image or its first axis is not the batch. */
  readonly shapeOf: (name: string) => Shape | undefined
  /** Axis of that shape that holds the channels. */
  readonly channelAxis: (name: string) => number
  /** Parameters of a node. */
  readonly weightsOf: (node: OnnxNode) => readonly string[]
  /** Elements of a parameter. */
  readonly sizeOf: (weight: string) => number
}

/** A cut and where it lies. */
interface Point extends Cut {
  readonly channels: number
  /** The other extents. */
  readonly spatial: Shape
  /** Position of the node that makes it. */
  readonly at: number
  /** `join`: branches meet here, by addition or concatenation; `after`: made from that without parameters. */
  readonly merged: 'join' | 'after' | null
  /** Parameters from the image up to here. */
  readonly before: number
}

/** Share of all parameters that either side must have when a stage of one resolution is split. */
const smallestShare = 0.15
/** Share of all parameters below which the end of the network is no stage of its own. */
const slightShare = 0.01
/** Stages of a network that keeps one resolution, such as a vision transformer. */
const equalParts = 4

/** The stages in order. One resolution is one stage, cut behind its last layer; it is split where its blocks change their number of
 * channels, if both parts are worth training alone; a network of a single resolution is split into equal groups of residual blocks. */
export function stagesOf(plan: StagePlan): Stage[] {
  const stages: Stage[] = []
  let from: Point | null = null
  for (const end of endsOf(pointsOf(plan), plan)) {
    const weights: string[] = [...new Set(plan.nodes.slice((from?.at ?? -1) + 1, end.at + 1).flatMap(plan.weightsOf))]
    stages.push({ label: labelOf(end), from: from && cut(from), to: cut(end), map: end.name, weights })
    from = end
  }
  return joined(stages, plan)
}

/** What has no parameters (padding, pooling), and at the end next to none (a last normalisation), belongs to its neighbour. */
function joined(stages: readonly Stage[], { sizeOf }: StagePlan): Stage[] {
  const size = ({ weights }: Stage): number => weights.reduce((sum, name) => sum + sizeOf(name), 0)
  const total = stages.reduce((sum, stage) => sum + size(stage), 0)
  const result: Stage[] = []
  for (const stage of stages) {
    const before = result.at(-1)
    if (before?.weights.length === 0) result[result.length - 1] = { ...stage, from: before.from }
    else result.push(stage)
  }
  for (let last = result.at(-1); last && result.length > 1 && size(last) < slightShare * total; last = result.at(-1)) {
    result.pop()
    const before = result.at(-1)
    if (before) result[result.length - 1] = { ...before, to: last.to, weights: [...before.weights, ...last.weights] }
  }
  return result
}

function cut({ name, shape }: Cut): Cut {
  return { name, shape }
}

function labelOf({ spatial, channels }: Point): string {
  const extent = spatial.length === 1 ? `${spatial[0]} tokens` : spatial.join('x') || '1x1'
  return `${extent}, ${channels} channels`
}

/** All cuts, in order. In any topological order the values alive behind a cut are the cut alone. */
function pointsOf({ nodes, image, feature, shapeOf, channelAxis, weightsOf, sizeOf }: StagePlan): Point[] {
  const lastUse = new Map<string, number>([[feature, Infinity]])
  nodes.forEach(({ inputs }, at) => {
    for (const name of inputs) if (lastUse.get(name) !== Infinity) lastUse.set(name, at)
  })
  const points: Point[] = []
  const alive = new Set([image])
  const counted = new Set<string>()
  let before = 0
  let merged: Point['merged'] = null
  nodes.forEach((node, at) => {
    for (const weight of weightsOf(node)) if (!counted.has(weight)) before += sizeOf(weight)
    for (const weight of weightsOf(node)) counted.add(weight)
    for (const name of node.outputs) if ((lastUse.get(name) ?? -1) > at) alive.add(name)
    for (const name of alive) if ((lastUse.get(name) ?? -1) <= at) alive.delete(name)
    const data = node.inputs.filter((name) => shapeOf(name))
    if (data.length > 1) merged = node.op === 'Add' || node.op === 'Sum' || node.op === 'Concat' ? 'join' : null
    else if (merged !== null) merged = weightsOf(node).length > 0 ? null : 'after'
    const [name] = alive
    if (alive.size !== 1 || name === undefined || !node.outputs.includes(name)) return
    const shape = shapeOf(name)
    if (!shape || shape.length === 0 || shape.length > 3) return
    const axis = channelAxis(name)
    points.push({ name, shape, channels: shape[axis] ?? 1, spatial: shape.filter((_, i) => i !== axis), at, merged, before })
  })
  return points
}

/** Where stages end. */
function endsOf(points: readonly Point[], plan: StagePlan): Point[] {
  const total = points.at(-1)?.before ?? 0
  const ends: Point[] = []
  for (const group of groupsOf(points)) {
    const end = lastOf(group, plan, total)
    if (!end) continue
    const blocks = group.filter((point, i) => point.merged !== null && group[i + 1]?.merged !== 'after' && point.at < end.at)
    ends.push(...splits(blocks, end, ends.at(-1)?.before ?? 0, total), end)
  }
  return ends
}

/** Runs of one resolution. Class tokens or a border more or less do not make another one. */
function groupsOf(points: readonly Point[]): Point[][] {
  const places = ({ spatial }: Point): number => spatial.reduce((product, extent) => product * extent, 1)
  const runs: Point[][] = []
  for (const point of points) {
    const run = runs.at(-1)
    const first = run?.[0]
    const ratio = first ? places(point) / places(first) : 0
    if (run && ratio > 2 / 3 && ratio < 3 / 2) run.push(point)
    else runs.push([point])
  }
  return runs
}

/** The last cut of a resolution. Where it lies right behind a convolution that widens three times or more (an inverted bottleneck, whose
 * second half lies behind the reduction), the last cut before that: what is cached there is that much smaller. */
function lastOf(group: readonly Point[], { nodes, weightsOf }: StagePlan, total: number): Point | undefined {
  const last = group.at(-1)
  if (!last || last.before === total) return last
  const products = (from: Point): number =>
    nodes.slice(from.at + 1, last.at + 1).filter((node) => node.op !== 'BatchNormalization' && weightsOf(node).length > 0).length
  return group.findLast((point) => last.channels >= 3 * point.channels && products(point) <= 1) ?? last
}

/** Cuts inside a group: at changes of channels between its blocks, or into equal parts. */
function splits(blocks: readonly Point[], end: Point, start: number, total: number): Point[] {
  const found: Point[] = []
  let right = end
  for (const point of blocks.toReversed()) {
    const [behind, front] = [right.before - point.before, point.before - start]
    if (point.channels !== right.channels && behind >= smallestShare * total && front >= smallestShare * total) {
      found.unshift(point)
      right = point
    }
  }
  if (found.length > 0 || end.before - start < 0.9 * total || blocks.length < equalParts) return found
  return Array.from({ length: equalParts - 1 }, (_, i) => blocks[Math.round(((i + 1) / equalParts) * blocks.length) - 1]).filter(
    (point) => point !== undefined,
  )
}
