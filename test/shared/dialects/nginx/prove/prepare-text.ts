import type { PreparedConfig } from '#shared/dialects/proof.ts'
import { parseNginx } from '#shared/dialects/nginx/parser.ts'
import { prepareNginx } from '#shared/dialects/nginx/prove/prepare.ts'

/** A config made ready to be started. `included`: path as the config writes it → text. */
export function prepareText(text: string, included: Readonly<Record<string, string>> = {}, pools: readonly string[] = []): PreparedConfig {
  const parsed = [['nginx.conf', text] as const, ...Object.entries(included)].map(([path, content], index) => {
    const file = { path, text: content, role: index === 0 ? 'config' : 'included', encoding: 'utf-8' } as const
    return { file, tree: parseNginx(file).tree }
  })
  return prepareNginx(parsed, { environment: {}, version: null, sideFiles: new Map() }, new Set(pools))
}

export const wholeText = (prepared: PreparedConfig): string => prepared.files.map((file) => file.text).join('')

/** Lines that the config itself brought: behind what every started config begins with, in front of the listener that says it is up. */
export function ownLines(prepared: PreparedConfig): readonly string[] {
  const lines = wholeText(prepared).split('\n').map((line) => line.trim())
  return lines.slice(lines.indexOf('real_ip_header proxy_protocol;') + 1, lines.findIndex((line) => line.startsWith('server { listen unix:lr;')))
}
