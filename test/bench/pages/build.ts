import react from '@vitejs/plugin-react'
import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'vite'

const here = import.meta.dirname
const out = path.join(here, '..', '..', '..', 'build', 'bench')
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf', '.json': 'application/json' }

/** Builds the named pages as production code into `build/bench`. */
export async function buildPages(names: readonly string[]): Promise<void> {
  await build({
    configFile: false, root: here, base: './', logLevel: 'warn', plugins: [react()], worker: { format: 'es' },
    build: {
      outDir: path.join(out, names.join('-')), emptyOutDir: true, target: 'chrome140', assetsInlineLimit: 0, reportCompressedSize: false, chunkSizeWarningLimit: 6000,
      rolldownOptions: { input: names.map((name) => path.join(here, `${name}.html`)) },
    },
  })
}

/** Serves built pages on a free loopback port. */
export async function servePages(names: readonly string[]): Promise<{ readonly address: string; close(): void }> {
  const root = path.join(out, names.join('-'))
  const server: Server = createServer((request, response) => {
    const file = path.join(root, path.normalize(new URL(request.url ?? '/', 'http://x').pathname))
    readFile(file).then(
      (bytes) => {
        response.setHeader('content-type', types[path.extname(file)] ?? 'application/octet-stream')
        response.end(bytes)
      },
      () => {
        response.statusCode = 404
        response.end()
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The page server has no port.')
  return { address: `http://127.0.0.1:${address.port}`, close: () => server.close() }
}

export const browserOptions = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
}
