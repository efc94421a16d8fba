// The ONNX project's operator tests, read from ../shared: one model and one set of inputs and outputs a case.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'

const archive = new URL('../../../../shared/data/onnx-backend-tests/onnx-v1.17.0-node-simple.tar.gz', import.meta.url)

export const available = existsSync(archive)

export interface NodeCase {
  readonly name: string
  /** model.onnx */
  readonly model: Uint8Array
  /** TensorProto files in the order of the model's inputs and outputs. */
  readonly inputs: readonly Uint8Array[]
  readonly outputs: readonly Uint8Array[]
}

/** All cases by name; none where the archive is absent. */
export async function readCases(): Promise<NodeCase[]> {
  if (!available) return []
  const cases = new Map<string, Map<string, Uint8Array>>()
  const unpack = extract()
  unpack.end(gunzipSync(readFileSync(archive)))
  for await (const entry of unpack) {
    const [, name = '', file = ''] = /\/node\/([^/]+)\/(?:test_data_set_0\/)?([^/]+)$/.exec(entry.header.name) ?? []
    const chunks: Uint8Array[] = []
    for await (const chunk of entry) chunks.push(chunk as Uint8Array)
    if (file !== '' && entry.header.type === 'file')
      cases.set(name, (cases.get(name) ?? new Map<string, Uint8Array>()).set(file, Buffer.concat(chunks)))
  }
  return [...cases].map(([name, files]) => {
    const numbered = (kind: string): Uint8Array[] => {
      const found: Uint8Array[] = []
      for (let i = 0, file; (file = files.get(`${kind}_${i}.pb`)); i++) found.push(file)
      return found
    }
    const model = files.get('model.onnx')
    if (!model) throw new Error(`case ${name} has no model.onnx`)
    return { name, model, inputs: numbered('input'), outputs: numbered('output') }
  })
}
