// Draws the icons of all systems into .cache/pack/icons, and gives the interface the same drawing: after each change of resources/icon.svg.
import { copyFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeIcons } from './pack/icons.ts'

const root = resolve(import.meta.dirname, '..')
await writeIcons(root, join(root, '.cache/pack/icons'))
copyFileSync(join(root, 'resources/icon.svg'), join(root, 'src/renderer/public/icon.svg'))
