// What a package is made for: a system and a processor that everything in the engine has native files for.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Node's names of them. */
export interface Target {
  readonly platform: string
  readonly arch: string
}

/** This machine. */
export const host: Target = { platform: process.platform, arch: process.arch }

export function isSame(a: Target, b: Target): boolean {
  return a.platform === b.platform && a.arch === b.arch
}

export function nameOf({ platform, arch }: Target): string {
  return `${platform}-${arch}`
}

/** Folders of ONNX Runtime's native files in its package. */
const natives = 'node_modules/onnxruntime-node/bin'

/** ONNX Runtime's package holds all systems at once, so it says which can be packed; sharp and Node exist for these, too.
 * @param name e.g. win32-x64
 * @throws where ONNX Runtime has no native files for it, e.g. for darwin-x64. */
export function targetOf(name: string, root: string): Target {
  const found = readdirSync(join(root, natives)).flatMap((napi) =>
    readdirSync(join(root, natives, napi)).flatMap((platform) =>
      readdirSync(join(root, natives, napi, platform)).map((arch): Target => ({ platform, arch })),
    ),
  )
  const target = found.find((one) => nameOf(one) === name)
  if (target) return target
  throw new Error(`cannot pack for ${name}: expected a system that onnxruntime-node has native files for (${found.map(nameOf).join(', ')})`)
}
