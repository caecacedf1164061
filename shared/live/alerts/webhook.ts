/** Where alerts are posted to. `title` says where without the path, which may hold a secret. */
export interface Webhook {
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** With its query. */
  readonly path: string
  readonly title: string
}

/** An address that alerts may be posted to: https, or http on this machine. A text says what is wrong with it; it never repeats the address. */
export function parseWebhook(written: string): Webhook | string {
  const match = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?(\/[\u0021-\u0022\u0024-\u007e]*)?$/i.exec(written.trim())
  if (match === null) return written.includes('@') ? 'The address of a webhook takes no user and password.' : 'The webhook is no http or https address.'
  const [, scheme = '', name = '', port, path = '/'] = match
  const secure = scheme.toLowerCase() === 'https'
  const host = name.replace(/^\[|\]$/g, '').toLowerCase()
  const number = port === undefined ? (secure ? 443 : 80) : Number(port)
  if (number < 1 || number > 65_535) return `${number} is not a port.`
  if (!secure && host !== 'localhost' && host !== '::1' && !/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)) return 'A webhook needs https, or http on this machine.'
  return { secure, host, port: number, path, title: `${scheme.toLowerCase()}://${name}${port === undefined ? '' : `:${port}`}` }
}
