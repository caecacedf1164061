/** Options of a generated config. */
export interface GeneratedConfig {
  readonly backends: number
  readonly serversPerBackend: number
}

/**
 * A config of one HTTP frontend with an acl and a use_backend line per backend, each backend with its own check and servers.
 * The same options give the same text.
 */
export function generateHaproxy(options: GeneratedConfig): string {
  const parts: string[] = [
    'global\n    maxconn 100000\n\n',
    'defaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n    option redispatch\n    retries 3\n\n',
    'frontend entry\n    bind 127.0.0.1:18080\n',
  ]
  for (let index = 0; index < options.backends; index += 1) {
    if (index % 2 === 0) parts.push(`    acl host_${index} hdr(host) -i app-${index}.shop.example\n    use_backend be_${index} if host_${index}\n`)
    else parts.push(`    acl path_${index} path_beg /service/${index}/\n    use_backend be_${index} if path_${index}\n`)
  }
  parts.push('    default_backend be_0\n\n')
  const algorithms = ['roundrobin', 'leastconn', 'source']
  for (let index = 0; index < options.backends; index += 1) {
    parts.push(`backend be_${index}\n    balance ${algorithms[index % 3] as string}\n    option httpchk GET /health\n    http-check expect status 200\n`)
    for (let server = 0; server < options.serversPerBackend; server += 1) {
      const address = `10.${(index >> 8) & 255}.${index & 255}.${server + 1}`
      parts.push(`    server be_${index}_srv_${server} ${address}:${8000 + (index % 1000)} check inter 2s fall 3 rise 2 weight ${10 + (server % 3) * 10} maxconn 500\n`)
    }
    parts.push('\n')
  }
  return parts.join('')
}
