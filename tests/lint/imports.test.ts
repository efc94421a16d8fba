// The import rules fire: a small tree that breaks each of them once is checked with the project's own configuration.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { cruise } from 'dependency-cruiser'
import type { ICruiseOptions, ICruiseResult } from 'dependency-cruiser'
import { afterAll, expect, test } from 'vitest'

interface Config {
  forbidden: NonNullable<ICruiseOptions['ruleSet']>['forbidden']
  options: ICruiseOptions
}
const { default: config } = (await import(new URL('../../.dependency-cruiser.js', import.meta.url).href)) as { default: Config }

/** File -> its source, and the rule that it breaks (none = allowed). */
const files: Record<string, { source: string; breaks?: string[] }> = {
  'src/core/a.ts': { source: `import '../engine/a.ts'`, breaks: ['core-imports-core'] },
  'src/core/b.ts': { source: `import { readFileSync } from 'node:fs'\nreadFileSync('')`, breaks: ['core-imports-core'] },
  'src/core/c.ts': { source: `import type { Stats } from 'node:fs'\nexport type S = Stats`, breaks: ['core-imports-core'] },
  'src/core/d.ts': { source: `import 'zod'`, breaks: ['core-packages'] },
  'src/core/e.ts': { source: `import '@bufbuild/protobuf'`, breaks: ['core-protobuf'] },
  'src/core/methods/a.ts': { source: `import 'zod'` },
  'src/core/graph/onnx/a.ts': { source: `import '@bufbuild/protobuf'` },
  'src/core/ring/a.ts': { source: `import './b.ts'`, breaks: ['no-cycles'] },
  'src/core/ring/b.ts': { source: `import './a.ts'` },
  'src/core/types/a.ts': { source: `import { b } from './b.ts'\nexport interface A { a: 1 }\nb()` },
  'src/core/types/b.ts': { source: `import type { A } from './a.ts'\nexport const b = (a?: A): void => undefined` },
  'src/shared/a.ts': { source: `import 'sharp'`, breaks: ['shared-imports-zod'] },
  'src/shared/b.ts': { source: `import type {} from '../core/plain.ts'`, breaks: ['shared-imports-zod'] },
  'src/node/a.ts': { source: `import 'node:fs'\nimport '../shared/plain.ts'` },
  'src/node/b.ts': { source: `import type { X } from '../core/plain.ts'\nexport type Y = X`, breaks: ['node-imports-shared'] },
  'src/engine/a.ts': {
    source: `import '../core/plain.ts'\nimport '../node/plain.ts'\nimport '../shared/plain.ts'\nimport 'sharp'\nimport 'node:fs'`,
  },
  'src/engine/b.ts': { source: `import '../main/plain.ts'`, breaks: ['engine-imports-core-node-shared'] },
  'src/engine/c.ts': { source: `import 'electron'`, breaks: ['electron-in-named-files'] },
  'src/engine/d.ts': { source: `import 'fast-check'`, breaks: ['declared'] },
  'src/engine/e.ts': { source: `import './missing.ts'`, breaks: ['resolvable'] },
  'src/main/a.ts': { source: `import { x } from '../core/plain.ts'\nx()`, breaks: ['main-imports-node-and-shared'] },
  'src/main/b.ts': { source: `import type { X } from '../core/plain.ts'\nexport type Y = X` },
  'src/main/c.ts': { source: `import type { X } from '../engine/plain.ts'\nexport type Y = X`, breaks: ['main-knows-no-engine'] },
  'src/main/d.ts': { source: `import '../node/plain.ts'` },
  'src/main/shell/a.ts': { source: `import 'electron'` },
  'src/renderer/a.ts': { source: `import type { X } from '../core/plain.ts'\nexport type Y = X`, breaks: ['renderer-imports-shared'] },
  'src/renderer/b.ts': { source: `import './tour/a.ts'`, breaks: ['tour-is-an-addition'] },
  'src/renderer/tour/a.ts': { source: `import '../shell/a.ts'`, breaks: ['renderer-layers'] },
  'src/renderer/shell/a.ts': { source: `export type X = 1` },
  'src/core/plain.ts': { source: `export type X = 1\nexport const x = (): void => undefined` },
  'src/engine/plain.ts': { source: `export type X = 1` },
  'src/node/plain.ts': { source: `export type X = 1` },
  'src/shared/plain.ts': { source: `export type X = 1` },
  'src/main/plain.ts': { source: `export type X = 1` },
}

const root = resolve(import.meta.dirname, '../..')
mkdirSync(join(root, '.cache'), { recursive: true })
const tree = mkdtempSync(join(root, '.cache/imports-'))
afterAll(() => rmSync(tree, { recursive: true }))

test('each import rule reports what it forbids, and nothing else', async () => {
  const packages = {
    dependencies: { zod: '*', sharp: '*', '@bufbuild/protobuf': '*' },
    devDependencies: { electron: '*', 'fast-check': '*' },
  }
  write('package.json', JSON.stringify(packages))
  write('tsconfig.json', '{}')
  for (const [path, { source }] of Object.entries(files)) write(path, source)
  const { output } = await cruise(['src'], {
    ...config.options,
    ruleSet: { forbidden: config.forbidden ?? [] },
    validate: true,
    baseDir: tree,
  })
  const found: Record<string, string[]> = {}
  for (const { from, rule } of (output as ICruiseResult).summary.violations) (found[from] ??= []).push(rule.name)
  const expected = Object.entries(files).flatMap(([path, { breaks }]) => (breaks ? [[path, breaks] as const] : []))
  expect(found).toEqual(Object.fromEntries(expected))
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, path), text)
}
