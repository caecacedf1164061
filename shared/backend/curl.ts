import type { RequestInput } from '#shared/model/request.ts'

/** Characters that mean something to a POSIX shell are kept inside single quotes. */
function quote(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * A request as a curl command that sends it to the same place and looks the same to the balancer. What curl cannot send
 * (a source address, a target in another form) follows as a comment.
 */
export function toCurl(request: RequestInput): string {
  const { scheme, host, path, method, headers, listener, httpVersion, sni, sourceIp } = request
  const name = (scheme === 'https' ? sni : null) ?? host?.replace(/:\d+$/, '') ?? 'localhost'
  const place = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(listener ?? '')
  const port = place?.[2] ?? (scheme === 'https' ? '443' : '80')
  const address = place === null || place[1] === '' || place[1] === undefined ? '127.0.0.1' : place[1]
  const isDefault = (scheme === 'https' && port === '443') || (scheme === 'http' && port === '80')
  const authority = isDefault ? name : `${name}:${port}`
  const parts = ['curl', '--silent', '--show-error', '--include', '--path-as-is']
  if (method === 'HEAD') parts.push('--head')
  else if (method !== 'GET') parts.push('--request', quote(method))
  if (httpVersion === '1.0') parts.push('--http1.0')
  else if (httpVersion === '2') parts.push(scheme === 'https' ? '--http2' : '--http2-prior-knowledge')
  if (scheme === 'https') parts.push('--insecure')
  parts.push('--connect-to', quote(`${authority.includes(':') ? authority : `${authority}:${port}`}:${address}:${port}`))
  if (host === null) parts.push('--header', "'Host;'")
  else if (host !== authority) parts.push('--header', quote(`Host: ${host}`))
  for (const [header, value] of headers) parts.push('--header', quote(value === '' ? `${header};` : `${header}: ${value}`))
  const origin = path.startsWith('/')
  if (!origin) parts.push('--request-target', quote(path))
  parts.push(quote(`${scheme}://${authority}${origin ? path : '/'}`))
  return `${parts.join(' ')}${sourceIp === '203.0.113.7' || sourceIp === '127.0.0.1' ? '' : `  # from ${sourceIp}`}`
}
