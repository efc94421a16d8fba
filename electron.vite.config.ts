// The build: sources of the main side become JavaScript one by one, in the same folders, so that files find each other as they do in src/;
// the interface becomes a bundle in out/renderer, the window's preload script one in out/preload.
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import type { UserConfig } from 'vite'
import { licences } from './scripts/licences-plugin.ts'

const inProject = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The interface. `scripts/interface.ts` builds and serves it without Electron. */
export const renderer: UserConfig = {
  root: inProject('src/renderer'),
  base: './',
  plugins: [vue(), licences()],
  define: {
    // Messages are data here; vue-i18n's older syntax and its devtools stay out of the bundle.
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
  },
  // The window's page comes through a scheme of its own: it has to be told where Vite tells of changes.
  server: { host: '127.0.0.1', port: 5173, strictPort: true, hmr: { host: '127.0.0.1', clientPort: 5173 } },
  build: {
    outDir: inProject('out/renderer'),
    emptyOutDir: true,
    minify: true,
    target: 'chrome140',
    // Fonts and icons are files of their own: the page's policy allows no data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: inProject('src/renderer/index.html') },
  },
}

export default defineConfig({
  main: {
    build: {
      outDir: 'out',
      minify: false,
      rolldownOptions: {
        // What is started by its path: commands, child processes, worker threads.
        input: [
          'src/main/index.ts',
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
  preload: {
    build: {
      outDir: 'out/preload',
      minify: false,
      // In the sandbox there is CommonJS and no module but Electron's.
      rolldownOptions: {
        input: 'src/preload/index.ts',
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: 'index.cjs', codeSplitting: false },
      },
    },
  },
  renderer,
})
