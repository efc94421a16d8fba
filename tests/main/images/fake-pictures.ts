// A picture process that does what a file's name says.
import type { PictureRequest } from '../../../src/shared/pictures.ts'

process.on('disconnect', () => process.exit(0))
process.on('message', ({ id, file }: PictureRequest) => {
  if (file === 'crash') process.abort()
  if (file === 'hang') return
  const look = file === 'pid' ? process.pid.toString(16).padStart(8, '0') : '00'
  setTimeout(() => process.send?.({ answer: 'done', id, look }), file.startsWith('slow') ? 200 : 1)
})
process.send?.({ answer: 'ready' })
