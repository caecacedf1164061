import { numberOrNull } from './info.ts'

/** One line of `show servers state`: what statistics do not show at the lowest level of access. */
export interface ServerFacts {
  /** `10.0.4.11:8080`, without a port where it is the one the client connected to; null for a unix socket and for a server without an address yet. */
  readonly address: string | null
  readonly hostName: string | null
  readonly serviceRecord: string | null
  readonly adminBits: number
  readonly initialWeight: number | null
}

/**
 * `show servers state`, by pool and server name joined with `/`.
 *
 * Errors: none; null when the text is no such answer. Lines that cannot be read are left out.
 * Source: HAProxy management guide, "show servers state", format version 1.
 */
export function parseServersState(text: string): ReadonlyMap<string, ServerFacts> | null {
  const lines = text.split('\n')
  const head = lines.findIndex((line) => line.startsWith('# be_id '))
  if (head === -1) return null
  const names = (lines[head] as string).slice(2).trim().split(' ')
  const column = (name: string): number => names.indexOf(name)
  const at = {
    pool: column('be_name'), server: column('srv_name'), ip: column('srv_addr'), port: column('srv_port'), bits: column('srv_admin_state'),
    weight: column('srv_iweight'), host: column('srv_fqdn'), record: column('srvrecord'),
  }
  const facts = new Map<string, ServerFacts>()
  for (const line of lines.slice(head + 1)) {
    const cells = line.trim().split(' ')
    if (cells.length < names.length) continue
    const shown = (index: number): string | null => (cells[index] === undefined || cells[index] === '-' ? null : cells[index])
    const ip = shown(at.ip)
    const port = shown(at.port)
    facts.set(`${cells[at.pool] ?? ''}/${cells[at.server] ?? ''}`, {
      address: ip === null ? null : `${ip.includes(':') ? `[${ip}]` : ip}${port === null || port === '0' ? '' : `:${port}`}`,
      hostName: shown(at.host), serviceRecord: shown(at.record), adminBits: Number(cells[at.bits] ?? 0), initialWeight: numberOrNull(cells[at.weight]),
    })
  }
  return facts
}
