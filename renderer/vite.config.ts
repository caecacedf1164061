import react from '@vitejs/plugin-react'
import path from 'node:path'
import { defineConfig } from 'vite'

const here = import.meta.dirname

/** Everything the window needs, in one folder: no address outside it, no inline script, relative paths for `app://`. */
export default defineConfig({
  root: here,
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: path.join(here, '..', 'build', 'renderer'),
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 6000,
    sourcemap: false,
  },
  server: { host: '127.0.0.1' },
})
