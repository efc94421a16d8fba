// What files are called that people did not name.
import { expect, test } from 'vitest'
import { fileNameOf } from '../../../src/renderer/widgets/file-name.ts'

test.each([
  [['predictions'], 'predictions-2026-01-02-030405'],
  [['a/b: "c"', 'labels'], 'a-b-c-labels-2026-01-02-030405'],
  [['蝴蝶 2', '标签'], '蝴蝶-2-标签-2026-01-02-030405'],
  [['..', 'labels'], 'labels-2026-01-02-030405'],
  [['Gro\u0308\u00dfe', 'हिन्दी', 'ไม้'], 'Gr\u00f6\u00dfe-हिन्दी-ไม้-2026-01-02-030405'],
  [[`a${'𠮷'.repeat(40)}`], `a${'𠮷'.repeat(29)}-2026-01-02-030405`],
  [['x'.repeat(100)], `${'x'.repeat(60)}-2026-01-02-030405`],
])('%j and a moment', (words, name) => expect(fileNameOf(words, new Date(2026, 0, 2, 3, 4, 5))).toBe(name))
