// TensorFlow by the installer of @tensorflow/tfjs-node-gpu, which downloads a library and a binding of its own from its publisher.
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { TensorFlowNote } from '../../../node/tensorflow.ts'
import { writeJson } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { load } from './binding.ts'
import { runNpm } from './command.ts'
import type { Places } from './from-wheel.ts'
import { bindingPackage } from './npm-package.ts'
import { requireRoom } from './room.ts'
import type { Source } from './sources.ts'

/** The library's place is the package's: the binding looks for it there. */
const packageFolder = join('node_modules', ...bindingPackage.name.split('/'))

/** @returns what its note is to say @throws AppError 'unsupported', 'unreachable' with what the installer said, 'disk-full', 'stopped' */
export async function fromPackage(
  source: Source,
  { target, scratch, node }: Places,
  context: TaskContext,
): Promise<Omit<TensorFlowNote, 'bytes'>> {
  const { signal } = context
  await requireRoom(target, source.downloadBytes + source.diskBytes)
  context.progress({ task: `running the installer of ${bindingPackage.name}`, done: 0, total: null, unit: 'packages' })
  const { name, version } = bindingPackage
  const wanted = `${name}@${version}`
  // Newer npm runs no script that is not allowed here, older npm all.
  await writeJson(join(scratch, 'package.json'), { private: true, dependencies: { [name]: version }, allowScripts: { [name]: true } })
  const args = ['install', '--no-audit', '--no-fund', '--foreground-scripts', '--loglevel=error']
  const ended = await runNpm(args, { signal, cwd: scratch })
  if (!ended) throw new AppError('unsupported', `${wanted}: expected npm to install it, found none`)
  if (ended.code !== 0) throw new AppError('unreachable', `${wanted}: expected its installer to bring TensorFlow, found: ${ended.words}`)
  await rename(join(scratch, packageFolder), join(target, 'package'))
  const binding = join('package', 'lib', 'napi-v8', 'tfjs_binding.node')
  const loaded = await load(join(target, binding), node, signal)
  if (loaded instanceof AppError) throw loaded
  return { ...loaded, source: source.id, binding }
}
