// The picture process: makes small pictures of images, one request after another, until its parent is gone.
import { constants, setPriority } from 'node:os'
import { pictureRequestSchema } from '../../shared/pictures.ts'
import type { PictureAnswer } from '../../shared/pictures.ts'
import { answer } from './answer.ts'

if (!process.send) {
  process.stderr.write('The picture process is started by the application.\n')
  process.exit(1)
}
// People look at pictures while a model trains, and training must not wait; but a process at the lowest priority would starve beside it.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
process.on('disconnect', () => process.exit(0))
// Terminals and service managers send these to every process of a command: the parent decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('message', (message) => {
  const request = pictureRequestSchema.parse(message)
  void answer(request).then(tell)
})
tell({ answer: 'ready' })

function tell(message: PictureAnswer): void {
  process.send?.(message)
}
