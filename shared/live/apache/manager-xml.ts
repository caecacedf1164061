import type { ApacheBalancer, ApacheWorker } from './balancer.ts'

/** What the balancer manager says, and the marks that change when its counters start again. The marks are secret: with one of them workers can be changed. */
export interface ManagerPage {
  readonly balancers: readonly ApacheBalancer[]
  readonly nonces: string
}

/**
 * The balancer manager's page as XML.
 *
 * Errors: none; null when the text is no such page or not whole.
 * Source: Apache HTTP Server 2.4, modules/proxy/mod_proxy_balancer.c, `balancer_display_page`.
 */
export function parseManagerXml(text: string): ManagerPage | null {
  if (!/^\s*<\?xml [^>]*\?>\s*<httpd:manager[\s>]/.test(text) || !/<\/httpd:manager>\s*$/.test(text)) return null
  const blocks = parts(text, 'balancer')
  const balancers = blocks.map((block): ApacheBalancer => {
    const head = block.replace(/<httpd:workers>[^]*$/, '')
    return { name: field(head, 'name') ?? '', method: field(head, 'lbmethod'), workers: parts(block, 'worker').map(toWorker) }
  })
  return { balancers, nonces: blocks.map((block) => field(block, 'nonce') ?? '').join() }
}

function toWorker(block: string): ApacheWorker {
  return {
    name: field(block, 'name') ?? '', status: field(block, 'status') ?? '', elected: numberOf(field(block, 'elected')), busy: numberOf(field(block, 'busy')), sent: numberOf(field(block, 'transferred')),
    // The load factor stands there twice.
    received: numberOf(field(block, 'read')), loadFactor: numberOf(field(block, 'loadfactor')), set: numberOf(field(block, 'lbset')) ?? 0,
  }
}

/** Contents of all elements of that name. */
function parts(text: string, name: string): readonly string[] {
  const open = `<httpd:${name}>`
  const close = `</httpd:${name}>`
  const found: string[] = []
  for (let start = text.indexOf(open); start !== -1;) {
    const end = text.indexOf(close, start)
    if (end === -1) break
    found.push(text.slice(start + open.length, end))
    start = text.indexOf(open, end)
  }
  return found
}

function field(block: string, name: string): string | null {
  const found = parts(block, name)[0]
  return found === undefined ? null : unescaped(found)
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] as string)
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null
}
