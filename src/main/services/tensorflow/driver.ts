// Whether NVIDIA's driver is new enough.
import { AppError } from '../../../shared/errors.ts'
import { run } from './command.ts'
import { oldestDriver } from './sources.ts'

/** @throws AppError 'unsupported' saying which driver is there and which is needed */
export async function requireDriver(signal: AbortSignal): Promise<void> {
  const ended = await run('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader'], { signal })
  const version = ended?.code === 0 ? ended.stdout.trim().split('\n')[0] : undefined
  if (version === undefined) throw new AppError('unsupported', 'NVIDIA’s driver: expected one, found none that answers nvidia-smi')
  if (!(Number.parseInt(version, 10) >= oldestDriver))
    throw new AppError('unsupported', `NVIDIA’s driver: expected ${oldestDriver} or newer, found ${version}`)
}
