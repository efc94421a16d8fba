// An ONNX file as plain data: what `readOnnx` returns.
import type { DType, HostTensor } from '../../tensor/tensor.ts'

/** A declared graph input or output. */
export interface OnnxPort {
  readonly name: string
  /** Element type after reading (half precision reads as float32); null where the file says nothing that we can hold. */
  readonly dtype: DType | null
  /** Extents; a string is a symbolic one, null an unnamed unknown one. Null if the rank is not declared. */
  readonly shape: readonly (number | string | null)[] | null
}

/** `unsupported` says what the attribute holds (a subgraph, a sparse tensor, ...): an error only if the attribute is used. */
export type OnnxAttributeValue = number | string | readonly number[] | readonly string[] | HostTensor | { readonly unsupported: string }

export interface OnnxNode {
  /** The file's name for the node, else that of its first output. */
  readonly name: string
  readonly op: string
  /** '' is ONNX's own. */
  readonly domain: string
  /** '' is an optional input left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttributeValue>>
}

export interface OnnxModel {
  readonly producer: string
  /** Version of ONNX's own operators. */
  readonly opset: number
  /** Versions of other operator domains. */
  readonly domains: Readonly<Record<string, number>>
  readonly metadata: Readonly<Record<string, string>>
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** Stored tensors by name; `Constant` nodes are among them. */
  readonly initialisers: ReadonlyMap<string, HostTensor>
  /** Producers before users. */
  readonly nodes: readonly OnnxNode[]
}
