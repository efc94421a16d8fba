// Gradients of elementwise operators.
import { apply } from '../../graph/apply.ts'
import type { GradientRule } from '../rule.ts'

export const elementwise = {
  Add: (_node, [dy]) => [dy!, dy!],
  Mul: ({ inputs: [a, b] }, [dy]) => [apply('Mul', [dy!, b!], {}), apply('Mul', [dy!, a!], {})],
  Relu: (_node, [dy]) => [dy!],
} satisfies { Add: GradientRule<'Add'>; Mul: GradientRule<'Mul'>; Relu: GradientRule<'Relu'> }
