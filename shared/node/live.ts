import type { LivePort, LogTail } from '#shared/backend/live-ports.ts'

/** Stats sockets, statistics pages and logs. The client is loaded with the first question. */
export const nodeLive: LivePort = {
  async ask(source, request, limitMs, limitBytes) {
    const { askLive } = await import('./live-client.ts')
    return askLive(source, request, limitMs, limitBytes)
  },
  tail(source) {
    let tail: LogTail | null = null
    return {
      async read(take, limitMs, limitBytes) {
        const { FileTail } = await import('./live-tail.ts')
        tail ??= new FileTail(source)
        return tail.read(take, limitMs, limitBytes)
      },
      async close() { await tail?.close() },
    }
  },
}
