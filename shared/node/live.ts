import type { LivePort } from '#shared/backend/ports.ts'

/** Stats sockets and statistics pages. The client is loaded with the first question. */
export const nodeLive: LivePort = {
  async ask(source, request, limitMs, limitBytes) {
    const { askLive } = await import('./live-client.ts')
    return askLive(source, request, limitMs, limitBytes)
  },
}
