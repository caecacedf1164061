import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const compress = promisify(gzip)

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8', '.map': 'application/json; charset=utf-8', '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg', '.webp': 'image/webp', '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf', '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8', '.webmanifest': 'application/manifest+json',
}
const compressible = /^(text\/|application\/(json|manifest)|image\/svg)/
/** Below this, compressing costs more than it saves, even through an SSH tunnel. */
const compressFromBytes = 16 * 1024

/**
 * Headers of every answer that a screen sees, on every host.
 *
 * Scripts and workers come from our own origin only. Styles may be inline: the editor and the graph set positions and
 * theme colours that way. Nothing may be framed, posted elsewhere, or loaded from elsewhere.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:", "font-src 'self' data:",
    "connect-src 'self'", "worker-src 'self' blob:", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
}

export type RequestHandler = (request: Request) => Promise<Response>

/** A short page of our own; `text` is plain text, paragraphs separated by empty lines. */
export function plainPage(status: number, title: string, text: string): Response {
  const escape = (raw: string): string => raw.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>`
    + `<h1>${escape(title)}</h1>${text.split('\n\n').map((paragraph) => `<p>${escape(paragraph)}</p>`).join('')}</html>`
  return new Response(body, { status, headers: { ...securityHeaders, 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' } })
}

/**
 * Serves the built screen from `folder`, as a function from request to response, so that the localhost host and the
 * desktop shell's own protocol answer alike.
 *
 * Nothing outside `folder` is ever served: dot segments, encoded ones included, and symbolic links that lead out are
 * refused. While the screen is not built, the start page says how to build it.
 */
export function createRequestHandler(folder: string): RequestHandler {
  const compressed = new Map<string, { readonly stamp: number; readonly bytes: Buffer }>()

  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plainPage(405, 'Not possible', 'This address can only be read.')
    const name = requestedName(new URL(request.url).pathname)
    if (name === null) return plainPage(400, 'No such page', 'The address is not valid.')
    const file = await insideFile(folder, name)
    if (file === null) {
      if (name === 'index.html') {
        return plainPage(200, 'Steelyard is not built yet', 'The engine is running, but the screen has not been built.\n\nRun "npm run build" in the folder of Steelyard, then load this page again.')
      }
      return plainPage(404, 'No such page', 'There is nothing at this address.')
    }
    const type = mimeTypes[path.extname(file.path).toLowerCase()] ?? 'application/octet-stream'
    const headers: Record<string, string> = {
      ...securityHeaders, 'Content-Type': type,
      // The build puts a content hash into every name under assets/.
      'Cache-Control': /^assets\//.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    }
    let bytes: Buffer = await readFile(file.path)
    if (bytes.length >= compressFromBytes && compressible.test(type)) {
      headers['Vary'] = 'Accept-Encoding'
      if (/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) {
        const known = compressed.get(file.path)
        const entry = known !== undefined && known.stamp === file.stamp ? known : { stamp: file.stamp, bytes: await compress(bytes, { level: 5 }) }
        compressed.set(file.path, entry)
        bytes = entry.bytes
        headers['Content-Encoding'] = 'gzip'
      }
    }
    headers['Content-Length'] = String(bytes.length)
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { status: 200, headers })
  }
}

/** Path below the folder, or null when the address is malformed or tries to leave it. */
function requestedName(pathname: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    // A stray percent sign: not an address of ours.
    return null
  }
  if (/[\0\\]/.test(decoded)) return null
  const parts = decoded.split('/').filter((part) => part !== '')
  if (parts.some((part) => part === '.' || part === '..' || part.startsWith('.'))) return null
  return parts.length === 0 ? 'index.html' : parts.join('/')
}

async function insideFile(folder: string, name: string): Promise<{ readonly path: string; readonly stamp: number } | null> {
  try {
    const root = await realpath(folder)
    const file = await realpath(path.join(root, name))
    if (file !== root && !file.startsWith(root + path.sep)) return null
    const found = await stat(file)
    return found.isFile() ? { path: file, stamp: found.mtimeMs } : null
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES' || code === 'ENAMETOOLONG') return null
    throw error
  }
}
