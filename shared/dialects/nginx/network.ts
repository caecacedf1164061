/**
 * An address or network as nginx reads it, written as everybody does: of an IPv4 address each part is any number of digits, and
 * an empty one is 0 (`10..0.1`). Anything else comes back as it is.
 *
 * Source: `ngx_inet_addr`, `ngx_ptocidr`; test/oracle/nginx/cut.test.ts.
 */
export function plainNetwork(text: string): string {
  const [address = '', ...bits] = text.split('/')
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d*$/.test(part) && Number(part) <= 255)) return text
  return [parts.map(Number).join('.'), ...bits].join('/')
}
