// Builders: one small function an operator, named as ONNX names it in lower camel case. They fill in defaults and normalise negative axes.
export { constant, input } from './apply.ts'
export * from './build/elementwise.ts'
export * from './build/layers.ts'
export * from './build/movement.ts'
export * from './build/indexing.ts'
export * from './build/reduction.ts'
