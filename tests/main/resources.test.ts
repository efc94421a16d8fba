// Where what comes with the application is found: beside sources and build, beside a package's archive, or where it is told to be.
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { resourcesFolder, starterFile } from '../../src/main/resources.ts'

const project = resolve(import.meta.dirname, '../..')

test.each([
  [join(project, 'src/main/resources.ts'), join(project, 'resources')],
  [join(project, 'out/main/resources.js'), join(project, 'resources')],
  ['/opt/studio/resources/app.asar/out/main/resources.js', '/opt/studio/resources'],
])('%s: %s', (here, folder) => {
  expect(resourcesFolder({}, here)).toBe(folder)
})

test('the environment decides', () => {
  expect(starterFile(resourcesFolder({ SELF_TUNING_RESOURCES: '/elsewhere' }))).toBe(resolve('/elsewhere/backbones/starter.onnx'))
})
