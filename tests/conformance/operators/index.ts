// All own cases: at least one for every operator of the table.
import type { GradientCase, OperatorCase } from './case.ts'
import { elementwise } from './elementwise.ts'
import { layerGradients, layers } from './layers.ts'
import { movement, movementGradients } from './movement.ts'
import { windowGradients, windows } from './windows.ts'

export const gradientCases: readonly GradientCase[] = [...windowGradients, ...layerGradients, ...movementGradients]

export const operatorCases: readonly OperatorCase[] = [
  ...elementwise,
  ...layers,
  ...windows,
  ...movement,
  ...gradientCases.map(({ name, build, ...rest }): OperatorCase => ({
    name,
    ...rest,
    build: (draw) => {
      const { y, gradient } = build(draw)
      return [y, gradient(draw.normal(...y.shape))]
    },
  })),
]
