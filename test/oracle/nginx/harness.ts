import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import type { Compiled } from '#shared/dialects/dialect.ts'
import { compileNginx } from '#shared/dialects/nginx/compile/compile.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import type { Running, Workshop } from '../haproxy/harness.ts'

/** The real server, or why it cannot be asked. */
export function findNginx(): { readonly found: true; readonly version: string } | { readonly found: false; readonly reason: string } {
  const answer = spawnSync('nginx', ['-v'], { encoding: 'utf8' })
  if (answer.error !== undefined || answer.status !== 0) return { found: false, reason: 'nginx is not installed' }
  return { found: true, version: /nginx\/(\S+)/.exec(answer.stderr)?.[1] ?? 'unknown' }
}

/** What every started config needs to live in its own folder, with one process and without rights. */
export function withFrame(http: string): string {
  return `daemon off; master_process off; pid nginx.pid; error_log stderr emerg;
events { worker_connections 256; }
http {
access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5; root www;
proxy_connect_timeout 2s; proxy_read_timeout 5s;
${http}
}
`
}

/**
 * Starts the real server in the foreground and waits until every probe accepts connections.
 *
 * Errors: throws with the server's own words when it refuses the config or does not come up within 2000 tries.
 */
export async function startNginx(workshop: Workshop, config: string, probes: readonly { readonly host: string; readonly port: number }[]): Promise<Running> {
  mkdirSync(path.join(workshop.folder, 'www'), { recursive: true })
  writeFileSync(path.join(workshop.folder, 'nginx.conf'), config)
  const child = spawn('nginx', ['-p', `${workshop.folder}/`, '-e', 'stderr', '-c', 'nginx.conf'], { stdio: ['ignore', 'ignore', 'pipe'], cwd: workshop.folder })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => { words = (words + chunk.toString('utf8')).slice(-8000) })
  let exited = false
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => { exited = true; resolve() })
    child.once('error', () => { exited = true; resolve() })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exit
  }
  // Tries are counted, not time: a long comparison in this process keeps everything else waiting.
  for (let tries = 0; !exited && tries < 2000; tries += 1) {
    if ((await Promise.all(probes.map(accepts))).every((open) => open)) return { stop }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await stop()
  throw new Error(`nginx did not start:\n${words}`)
}

function accepts(probe: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ ...probe })
    socket.setTimeout(500, () => { socket.destroy(); resolve(false) })
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => { resolve(false) })
  })
}

/** Parses and compiles a config as a host would. */
export function compileConfig(config: string): Compiled {
  const file: SourceFile = { path: 'nginx.conf', text: config, role: 'config', encoding: 'utf-8' }
  return compileNginx([{ file, tree: parseNginx(file).tree }], { environment: {}, version: null, sideFiles: new Map() })
}
