import type { ServerState } from '#shared/live/snapshot.ts'

/** State of a server as nginx Plus words it. */
export type NginxPlusState = 'up' | 'draining' | 'down' | 'unavail' | 'checking' | 'unhealthy'

/**
 * `down` stands in the config, `unavail` and `unhealthy` were found; a server that is checked for the first time gets
 * nothing yet.
 *
 * Source: nginx documentation, ngx_http_api_module, "state" of a peer.
 */
export function nginxPlusState(word: NginxPlusState): Pick<ServerState, 'text' | 'health' | 'admin'> {
  switch (word) {
    case 'up': return { text: word, health: 'up', admin: 'ready' }
    case 'draining': return { text: word, health: 'up', admin: 'drain' }
    case 'down': return { text: word, health: 'unknown', admin: 'maintenance' }
    case 'unavail': case 'unhealthy': return { text: word, health: 'down', admin: 'ready' }
    case 'checking': return { text: word, health: 'unknown', admin: 'ready' }
  }
}
