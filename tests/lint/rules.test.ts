// The style rules fire, each on a snippet that breaks it, as ESLint finds them with the project's own configuration.
import { resolve } from 'node:path'
import { ESLint } from 'eslint'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const eslint = new ESLint({ cwd: root })

/** Snippets take the place of files that exist, so that they are type-checked like them. */
const snippets: { rule: string; file: string; source: string }[] = [
  { rule: 'file/purpose', file: 'src/shared/errors.ts', source: 'export const a = 1' },
  { rule: 'file/size', file: 'src/shared/errors.ts', source: `// A long file.\n${'export {}\n'.repeat(500)}` },
  {
    rule: '@typescript-eslint/no-explicit-any',
    file: 'src/shared/errors.ts',
    source: '// Purpose of it.\nexport const a = (x: any): unknown => x',
  },
  {
    rule: '@typescript-eslint/no-non-null-assertion',
    file: 'src/shared/errors.ts',
    source: '// Purpose of it.\nexport const a = (x: number[]): number => x[0]!',
  },
  {
    rule: '@typescript-eslint/no-floating-promises',
    file: 'src/node/files.ts',
    source: `// Purpose of it.\nimport { rm } from 'node:fs/promises'\nrm('x')`,
  },
  { rule: 'no-restricted-syntax', file: 'src/shared/errors.ts', source: '// Purpose of it.\nexport default 1' },
  { rule: 'no-restricted-globals', file: 'src/core/tensor/tensor.ts', source: '// Purpose of it.\nexport const a = process.platform' },
  ...['<p>Hello there</p>', '<p title="Hello there" />', '<input aria-label="Hello there" />', '<AppButton label="Hello there" />'].map(
    (template) => ({
      rule: '@intlify/vue-i18n/no-raw-text',
      file: 'src/renderer/components/AppBadge.vue',
      source: `<!-- Purpose of it. -->\n<template>${template}</template>\n`,
    }),
  ),
  {
    rule: 'vue/no-v-html',
    file: 'src/renderer/components/AppBadge.vue',
    source: '<!-- Purpose of it. -->\n<template><p v-html="given" /></template>\n',
  },
  {
    rule: 'vue/no-static-inline-styles',
    file: 'src/renderer/components/AppBadge.vue',
    source: '<!-- Purpose of it. -->\n<template><p style="color: red" /></template>\n',
  },
  { rule: 'no-console', file: 'src/node/files.ts', source: `// Purpose of it.\nconsole.log('x')` },
]

test.each(snippets)('$rule', async ({ rule, file, source }) => {
  const [result] = await eslint.lintText(source, { filePath: resolve(root, file) })
  expect(result?.messages.map((message) => message.ruleId)).toContain(rule)
})

test('a reason on line 1 allows a long file', async () => {
  const source = `// over 500 lines: one table that reads best as one\n${'export {}\n'.repeat(500)}`
  const [result] = await eslint.lintText(source, { filePath: resolve(root, 'src/shared/errors.ts') })
  expect(result?.messages.map((message) => message.ruleId)).not.toContain('file/size')
})
