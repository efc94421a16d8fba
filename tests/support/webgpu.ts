// WebGPU for tests: on a graphics card, or in software by the SwiftShader that comes with Chromium.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium } from '@playwright/test'
import * as g from '../../src/core/graph/build.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'

const driver = 'vk_swiftshader_icd.json'

/** Null where WebGPU computes, else why it does not. Uses the software driver where there is one and no other was asked for. */
export async function whyNoWebgpu(): Promise<string | null> {
  const places = [dirname(chromium.executablePath()), '/usr/lib/chromium'].map((folder) => join(folder, driver))
  const found = places.find((path) => existsSync(path))
  if (found !== undefined && process.env['VK_ICD_FILENAMES'] === undefined) process.env['VK_ICD_FILENAMES'] = found
  const engine = new OnnxRuntimeEngine({ provider: 'webgpu' })
  const x = g.input('x', { dtype: 'float32', shape: [1] })
  try {
    const executable = await engine.compile({ feeds: { x }, reads: {}, outputs: { y: g.add(x, x) }, updates: {} })
    await executable.run(await engine.createState({}), { x: tensor('float32', [1], [1]) })
    return null
  } catch (error) {
    return `no WebGPU on this machine: ${(error as Error).message}`
  } finally {
    await engine.dispose()
  }
}
