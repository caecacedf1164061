import { defaultRequest, type RequestInput } from '#shared/model/request.ts'

/** What a person types to trace one request. */
export interface TraceForm {
  readonly url: string
  readonly method: string
  /** One header per line, `Name: value`. */
  readonly headers: string
  readonly sni: string
  readonly sourceIp: string
  readonly listener: string
}

export const emptyTraceForm: TraceForm = { url: '', method: 'GET', headers: '', sni: '', sourceIp: '127.0.0.1', listener: '' }

export type FormProblem = { readonly field: keyof TraceForm; readonly message: string }
export type ParsedForm = { readonly ok: true; readonly request: RequestInput } | { readonly ok: false; readonly problems: readonly FormProblem[] }

const urlParts = /^(?:(https?):\/\/([^/?#]*))?([^#]*)(?:#.*)?$/i

/**
 * Turns the form into a request as it arrives.
 *
 * A URL without scheme and host (`/path`) is taken as plain HTTP without a change to the Host header of the headers.
 * With `https` and no SNI typed, the server name is the host without its port, as browsers send it; `-` sends none.
 */
export function toRequest(form: TraceForm): ParsedForm {
  const problems: FormProblem[] = []
  const url = form.url.trim()
  const parts = urlParts.exec(url)
  if (url === '') problems.push({ field: 'url', message: 'Write a URL, for example https://api.shop.example/v2/auth/login.' })
  else if (parts === null || (parts[1] === undefined && !url.startsWith('/') && url !== '*')) problems.push({ field: 'url', message: 'A URL starts with http://, https:// or, without a host, with /.' })
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(form.method.trim())) problems.push({ field: 'method', message: 'A method is one word, such as GET.' })

  const headers: (readonly [string, string])[] = []
  let hostHeader: string | null = null
  form.headers.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    const colon = line.indexOf(':')
    if (colon <= 0) {
      problems.push({ field: 'headers', message: `Line ${index + 1} has no colon: write Name: value.` })
      return
    }
    const name = line.slice(0, colon).trim()
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'host') hostHeader = value
    else headers.push([name, value])
  })
  if (!isAddress(form.sourceIp.trim())) problems.push({ field: 'sourceIp', message: 'Write an IPv4 or IPv6 address, such as 203.0.113.7.' })
  if (problems.length > 0 || parts === null) return { ok: false, problems }

  const scheme = parts[1]?.toLowerCase() === 'https' ? 'https' : 'http'
  const host = hostHeader ?? (parts[2] === undefined || parts[2] === '' ? null : parts[2].slice(parts[2].lastIndexOf('@') + 1))
  const rest = parts[3] ?? ''
  const path = rest === '' ? '/' : rest.startsWith('?') ? `/${rest}` : rest
  const sni = form.sni.trim()
  return {
    ok: true,
    request: {
      ...defaultRequest,
      listener: form.listener.trim() === '' ? null : form.listener.trim(),
      scheme, method: form.method.trim().toUpperCase(), host, path, headers,
      sourceIp: form.sourceIp.trim(),
      sni: sni === '-' ? null : sni !== '' ? sni : scheme === 'https' && host !== null ? hostWithoutPort(host) : null,
    },
  }
}

/** The form that says as much of a request as a form can; `beyondForm` names the rest. */
export function toForm(request: RequestInput): TraceForm {
  const { host, sni, scheme } = request
  const browserSni = scheme === 'https' && host !== null ? hostWithoutPort(host) : null
  return {
    url: `${scheme}://${host ?? ''}${request.path}`, method: request.method, headers: request.headers.map(([name, value]) => `${name}: ${value}`).join('\n'),
    sni: sni === browserSni ? '' : (sni ?? '-'), sourceIp: request.sourceIp, listener: request.listener ?? '',
  }
}

/** What a request says and the form cannot, as short words: `HTTP/1.0`, `to 192.0.2.1`. */
export function beyondForm(request: RequestInput): readonly string[] {
  const said: string[] = []
  if (request.httpVersion !== defaultRequest.httpVersion) said.push(`HTTP/${request.httpVersion}`)
  if (request.destinationIp !== null) said.push(`to ${request.destinationIp}`)
  if (request.sourcePort !== defaultRequest.sourcePort) said.push(`from port ${request.sourcePort}`)
  if (request.alpn.length > 0) said.push(`ALPN ${request.alpn.join(', ')}`)
  return said
}

function hostWithoutPort(host: string): string {
  return host.startsWith('[') ? host.slice(1, host.indexOf(']') === -1 ? undefined : host.indexOf(']')) : host.replace(/:\d*$/, '')
}

function isAddress(text: string): boolean {
  const four = text.split('.')
  if (four.length === 4) return four.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
  return text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text)
}

/** Single quotes for a POSIX shell. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The same request as a command for a shell. The host of the URL is the name asked for; an odd SNI needs `--connect-to`. */
export function toCurl(request: RequestInput): string {
  const host = request.host ?? request.destinationIp ?? 'localhost'
  const authority = request.scheme === 'https' && request.sni !== null && request.sni !== hostWithoutPort(host) ? request.sni : host
  const parts = ['curl', request.scheme === 'https' ? '-sk' : '-s', '-o', '/dev/null', '-D', '-']
  if (request.path.includes('..') || request.path.includes('//')) parts.push('--path-as-is')
  if (request.method !== 'GET') parts.push('-X', quoted(request.method))
  if (authority !== host) parts.push('-H', quoted(`Host: ${host}`))
  for (const [name, value] of request.headers) parts.push('-H', quoted(`${name}: ${value}`))
  parts.push(quoted(`${request.scheme}://${authority}${request.path}`))
  return parts.join(' ')
}
