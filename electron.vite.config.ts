// The build: sources become JavaScript one by one, in the same folders, so that files find each other as they do in src/.
import { globSync } from 'node:fs'
import { defineConfig } from 'electron-vite'

export default defineConfig({
  main: {
    build: {
      outDir: 'out',
      minify: false,
      rolldownOptions: {
        // What is started by its path: commands, child processes, worker threads.
        input: [
          'src/main/cli.ts',
          'src/main/serve.ts',
          'src/engine/index.ts',
          'src/engine/media/index.ts',
          ...globSync('src/engine/**/*-worker.ts'),
        ],
        output: { format: 'es', preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
      },
    },
  },
})
