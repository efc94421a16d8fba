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
  /** Spatial extent of what it computes, e.g. `7x7`, and its channels. */
  readonly label: string
  /** Where it begins; null = the image. */
  readonly from: Cut | null
  readonly to: Cut
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
  /** Parameters of a node. */
  readonly weightsOf: (node: OnnxNode) => readonly string[]
  /** Elements of a parameter. */
  readonly sizeOf: (weight: string) => number
}

/** A cut and where it lies. */
interface Point extends Cut {
  /** Position of the node that makes it. */
  readonly at: number
  /** `join`: branches meet here, by addition or concatenation; `after`: made from that without parameters. */
  readonly merged: 'join' | 'after' | null
  /** Parameters from the image up to here. */
  readonly before: number
}

/** Share of all parameters that either side must have when a stage of one resolution is split. */
const smallestShare = 0.15
/** Stages of a network that keeps one resolution, such as a vision transformer. */
const equalParts = 4

/** The stages in order. One resolution is one stage, cut behind its last layer; it is split where its blocks change their number of
 * channels, if both parts are worth training alone; a network of a single resolution is split into equal groups of residual blocks. */
export function stagesOf(plan: StagePlan): Stage[] {
  const points = pointsOf(plan)
  const total = points.at(-1)?.before ?? 0
  const ends = groups(points).flatMap((group, index, all) => [
    ...inside(group, all[index - 1]?.at(-1)?.before ?? 0, total),
    lastOf(group, plan, total),
  ])
  const stages: Stage[] = []
  let from: Point | null = null
  for (const [index, end] of ends.entries()) {
    const weights: string[] = [...new Set(plan.nodes.slice((from?.at ?? -1) + 1, end.at + 1).flatMap(plan.weightsOf))]
    const isLast = index === ends.length - 1
    // Without parameters (pooling at the end, padding at the start) it belongs to its neighbour.
    if (weights.length === 0 && !isLast) continue
    const before = stages.at(-1)
    if (weights.length === 0 && before) stages[stages.length - 1] = { ...before, to: cut(end) }
    else stages.push({ label: labelOf(end), from: from && cut(from), to: cut(end), weights })
    from = end
  }
  return stages
}

function cut({ name, shape }: Point): Cut {
  return { name, shape }
}

/** All cuts, in order. In any topological order the values alive behind a cut are the cut alone. */
function pointsOf({ nodes, image, feature, shapeOf, weightsOf, sizeOf }: StagePlan): Point[] {
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
    const shape = name !== undefined && node.outputs.includes(name) ? shapeOf(name) : undefined
    if (alive.size === 1 && name !== undefined && shape) points.push({ name, shape, at, merged, before })
  })
  return points
}

/** Rank 3 is [C, H, W] (an image), 2 is [T, C] (tokens), 1 is [C]. */
function resolution({ shape }: Cut): string {
  const [, height, width] = shape
  if (shape.length === 3) return `${height}x${width}`
  return shape.length === 2 ? `${shape[0]} tokens` : '1x1'
}

function channelsOf({ shape }: Cut): number {
  return (shape.length === 2 ? shape[1] : shape[0]) ?? 1
}

function labelOf(point: Cut): string {
  return `${resolution(point)}, ${channelsOf(point)} channels`
}

/** Runs of one resolution. */
function groups(points: readonly Point[]): Point[][] {
  const runs: Point[][] = []
  for (const point of points) {
    const run = runs.at(-1)
    if (run?.[0] && resolution(run[0]) === resolution(point)) run.push(point)
    else runs.push([point])
  }
  return runs
}

/** The last cut of a resolution; in front of a 1x1 convolution that widens it three times or more (an inverted bottleneck whose second
 * half lies behind the reduction), because what is cached there is that much smaller. */
function lastOf(group: readonly Point[], { nodes, weightsOf }: StagePlan, total: number): Point {
  const last = group.at(-1)!
  if (last.before === total) return last
  let products = 0
  for (const [i, point] of [...group.entries()].reverse()) {
    if (channelsOf(last) >= 3 * channelsOf(point)) return point
    const node = nodes[point.at]
    if (node && node.op !== 'BatchNormalization' && weightsOf(node).length > 0) products++
    if (products > 1 || group[i - 1]?.at !== point.at - 1) break
  }
  return last
}

/** Cuts inside a group: at changes of channels between its blocks, or into equal parts. */
function inside(group: readonly Point[], start: number, total: number): Point[] {
  const end = group.at(-1)!
  const blocks = group.filter((point, i) => point.merged !== null && group[i + 1]?.merged !== 'after' && point !== end)
  const found: Point[] = []
  let right = end
  for (const point of blocks.toReversed()) {
    const changes = channelsOf(point) !== channelsOf(right)
    const [behind, front] = [right.before - point.before, point.before - start]
    if (changes && behind >= smallestShare * total && front >= smallestShare * total) {
      found.unshift(point)
      right = point
    }
  }
  const share = (end.before - start) / total
  if (found.length > 0 || share < 0.9 || blocks.length < equalParts) return found
  const nearest = (target: number): Point =>
    blocks.reduce((best, point) => (Math.abs(point.before - target) < Math.abs(best.before - target) ? point : best))
  return [...new Set(Array.from({ length: equalParts - 1 }, (_, i) => nearest(start + ((i + 1) / equalParts) * (end.before - start))))]
}
