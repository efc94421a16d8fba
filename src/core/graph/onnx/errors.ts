// The error of everything that reads or writes ONNX.

/** An ONNX file or graph that cannot be used: names the thing, what was expected and what was found. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError'
}
