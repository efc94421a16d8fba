// Test projects: `unit` (fast, the conformance suite too) and `e2e` (the real command line on real files).
import { defineConfig } from 'vitest/config'

const results = process.env['TEST_RESULTS']

export default defineConfig({
  test: {
    // `.ci/run` counts what it finds there.
    reporters: results === undefined ? ['default'] : ['default', ['json', { outputFile: `${results}/vitest.json` }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/{core,engine,main,node,renderer,scripts,shared,lint,conformance}/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false },
      },
    ],
  },
})
