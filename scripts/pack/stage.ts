// Lays out what is packed for one target: `app/` becomes app.asar, `resources/` lies beside it (docs/packaging.md).
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installedFor } from './install.ts'
import { licences } from './licences.ts'
import { copyPackages } from './packages.ts'
import { applicationPart, enginePart } from './parts.ts'
import { repositoryOf } from './repository.ts'
import { nameOf } from './target.ts'
import type { Target } from './target.ts'

/** @param built the build, in a folder somewhere in `root`
 *  @param into is emptied first */
export async function stage(target: Target, { root, built, into }: { root: string; built: string; into: string }): Promise<void> {
  for (const needed of ['main/index.js', 'renderer/index.html', 'engine/index.js'])
    if (!existsSync(join(built, needed))) throw new Error(`cannot pack: expected ${needed} in ${built} (npm run build), found no such file`)
  const { folder: installed, node } = installedFor(target, root)
  const places = { root, built, installed }
  rmSync(into, { recursive: true, force: true })
  const { name, version, description, license, type, main } = json(join(root, 'package.json'))

  const app = join(into, 'app')
  const application = await applicationPart(places)
  for (const file of application.files) copy(join(built, file), join(app, 'out', file))
  for (const folder of ['preload', 'renderer'])
    if (existsSync(join(built, folder))) cpSync(join(built, folder), join(app, 'out', folder), { recursive: true })
  copyPackages(application.packages, installed, app, target)
  // Electron names the data folder by the product, and the window's class on Linux by the desktop file.
  const names = { productName: 'Self-Tuning Studio', desktopName: `${String(name)}.desktop` }
  // Where newer releases are asked for; without it the application says that it knows no such place.
  const repository = repositoryOf(process.env)
  write(join(app, 'package.json'), { name, ...names, version, description, license, type, main, ...(repository && { repository }) })

  const resources = join(into, 'resources')
  const engine = await enginePart(places, target)
  for (const file of engine.files) copy(join(built, file), join(resources, 'engine/out', file))
  copyPackages(engine.packages, installed, join(resources, 'engine'), target)
  write(join(resources, 'engine/package.json'), { name: `${String(name)}-engine`, version, license, private: true, type: 'module' })
  const executable = join(resources, 'engine/bin', target.platform === 'win32' ? 'node.exe' : 'node')
  copy(node, executable)
  chmodSync(executable, 0o755)

  copy(join(root, 'LICENSE'), join(resources, 'LICENSE.txt'))
  const packages = [...new Set([...application.packages, ...engine.packages])]
  writeFileSync(join(resources, 'THIRD-PARTY-LICENSES.txt'), await licences({ root, installed, packages }))
  const backbones = join(root, 'resources/backbones')
  if (existsSync(backbones)) cpSync(backbones, join(resources, 'backbones'), { recursive: true })
  // Built by npm run setup:tensorflow on such a system, so that setting TensorFlow up needs no compiler.
  const [system, binding] = [nameOf(target), 'tfjs_binding.node']
  if (existsSync(join(root, '.cache/tensorflow', system, binding))) {
    copy(join(root, '.cache/tensorflow', system, binding), join(resources, 'tensorflow', system, binding))
    writeFileSync(join(resources, 'tensorflow/NOTICE.txt'), `${binding}: built from @tensorflow/tfjs-node-gpu 4.22.0, Copyright Google LLC, under the Apache License 2.0 (LICENSE.txt).\n`) // prettier-ignore
  }
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}

function json(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
}

function write(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
