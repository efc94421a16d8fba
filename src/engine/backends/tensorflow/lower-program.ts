// A program as a plan of calls.
import type { OpType } from '../../../core/graph/ops/index.ts'
import { resultsOf } from '../../../core/graph/program.ts'
import type { Program } from '../../../core/graph/program.ts'
import { topological } from '../../../core/graph/value.ts'
import type { Node, Value } from '../../../core/graph/value.ts'
import { Emitter } from './emitter.ts'
import { filtersOf } from './filters.ts'
import type { Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { isElementwise, lowerings } from './lowerings/index.ts'
import { planned } from './plan.ts'
import type { Held, Plan, Slot } from './plan.ts'

export function lowerProgram(program: Program, onGraphicsCard: boolean): Plan {
  // Backwards, as the last layers' gradients are there first: a layer's filters get theirs before its maps are let go, not at the end.
  const order = topological(resultsOf(program).reverse())
  const hasConvolutions = order.some(({ op }) => op === 'Conv' || op === 'ConvInputGradient')
  const emit = new Emitter({ filters: filtersOf(order, isElementwise), hasConvolutions, onGraphicsCard })
  const used = new Set(order)
  const layoutOf = (value: Value): Layout => (emit.filters.has(value) ? 'filter' : 'plain')

  const enter = <T>(values: Readonly<Record<string, Value>>, make: (value: Value) => [Slot, Layout, T]): Map<string, T> => {
    const entries = new Map<string, T>()
    for (const [name, value] of Object.entries(values)) {
      if (!used.has(value.node)) continue
      const [slot, layout, entry] = make(value)
      emit.set(value, slot, layout)
      entries.set(name, entry)
    }
    return entries
  }
  const feeds = enter(program.feeds, () => {
    const slot = emit.slot()
    return [slot, 'plain', slot]
  })
  const reads = enter<Held>(program.reads, (value) => {
    const held = { slot: emit.slot(), layout: layoutOf(value), type: value }
    return [held.slot, held.layout, held]
  })

  const leaves = new Set([...Object.values(program.feeds), ...Object.values(program.reads)].map((value) => value.node))
  for (const node of order) if (!leaves.has(node)) lower(node, emit)

  emit.lowered = 'Identity'
  const outputs = new Map<string, Held>()
  for (const [name, value] of Object.entries(program.outputs)) outputs.set(name, { slot: emit.name(value), layout: 'plain', type: value })
  // The state takes over what it is given: each variable needs a result of its own, that nobody else holds or reads.
  const shared = new Set([
    ...emit.constants.map(({ slot }) => slot),
    ...feeds.values(),
    ...[...reads.values(), ...outputs.values()].map(({ slot }) => slot),
  ])
  const updates = new Map<string, Held>()
  for (const [name, value] of Object.entries(program.updates)) {
    const layout = layoutOf(value)
    const result = emit.as(value, layout)
    const slot = shared.has(result) ? emit.own(result) : result
    shared.add(slot)
    updates.set(name, { slot, layout, type: value })
  }
  const lasting = new Set([...emit.constants.map(({ slot }) => slot), ...[...reads.values()].map(({ slot }) => slot)])
  const kept = [...outputs.values(), ...updates.values()].map(({ slot }) => slot)
  const calls = planned(emit.calls, kept, lasting)
  return { slots: emit.slots, constants: needed(emit.constants, calls, kept), feeds, reads, calls, outputs, updates }
}

function lower(node: Node, emit: Emitter): void {
  if (node.op === 'Input') {
    const { name } = (node as Node<'Input'>).attributes
    throw new Error(`leaf ${name} is neither a feed nor a state variable of the program`)
  }
  emit.lowered = node.op
  const lowering = lowerings[node.op] as Lowering<OpType>
  lowering(node, emit)
}

/** The constants that are read. */
function needed(constants: Plan['constants'], calls: Plan['calls'], kept: readonly Slot[]): Plan['constants'] {
  const read = new Set([...kept, ...calls.flatMap(({ inputs }) => inputs)])
  return constants.filter(({ slot }) => read.has(slot))
}
