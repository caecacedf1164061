import type { Directive } from './tree.ts'

/** Contexts in which a file can be read as a whole. */
export type TopContext = 'main' | 'http' | 'stream' | 'server' | 'location'

const ofMain = new Set(['events', 'http', 'stream', 'mail', 'worker_processes', 'user', 'pid', 'load_module', 'daemon', 'worker_rlimit_nofile', 'master_process'])
const ofServer = new Set(['location', 'server_name', 'listen', 'try_files', 'return', 'rewrite', 'if', 'set'])
const ofStreamServer = new Set(['proxy_pass', 'ssl_preread', 'proxy_timeout', 'proxy_connect_timeout', 'preread_timeout'])
const ofHttpServer = new Set(['location', 'root', 'index', 'try_files', 'access_log', 'error_page', 'rewrite'])

/** Whether a file is one that nginx can be started with, not one to be included. */
export function isMainFile(directives: readonly Directive[]): boolean {
  return directives.some((directive) => ofMain.has(directive.name.value))
}

/** Context in which the directives of a file to be included make sense; `http` when nothing else is plain. */
export function fragmentContext(directives: readonly Directive[]): TopContext {
  let context: TopContext = directives.length > 0 && directives.every((directive) => directive.block === null) ? 'location' : 'http'
  for (const { name, block } of directives) {
    if (name.value === 'server' && block !== null) {
      const inside = new Set(block.directives.map((inner) => inner.name.value))
      const isStream = [...inside].some((word) => ofStreamServer.has(word)) && ![...inside].some((word) => ofHttpServer.has(word))
      return isStream ? 'stream' : 'http'
    }
    if (name.value === 'upstream' || name.value === 'map') context = 'http'
    else if (ofServer.has(name.value)) context = 'server'
  }
  return context
}
