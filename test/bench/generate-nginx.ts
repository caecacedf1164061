/** Options of a generated config. */
export interface GeneratedNginx {
  readonly upstreams: number
  readonly serversPerUpstream: number
}

const methods = ['', '    least_conn;\n', '    ip_hash;\n', '    hash $request_uri consistent;\n']

/**
 * A config of one HTTP server with one location for each group of servers: of ten, seven prefixes, one `^~`, one exact; of fifty,
 * one pattern. Everything that `nginx -t` opens (log, PID file) is switched off or a device.
 */
export function generateNginx({ upstreams, serversPerUpstream }: GeneratedNginx): string {
  const parts: string[] = [
    'worker_processes 1;\npid /dev/null;\nerror_log /dev/null;\n\nevents {\n    worker_connections 1024;\n}\n\nhttp {\n    access_log off;\n    proxy_set_header Host $host;\n    proxy_set_header X-Real-IP $remote_addr;\n    proxy_connect_timeout 5s;\n\n',
  ]
  for (let index = 0; index < upstreams; index += 1) {
    parts.push(`    upstream up_${index} {\n${methods[index % methods.length] as string}`)
    for (let server = 0; server < serversPerUpstream; server += 1) {
      const address = `10.${(index >> 8) & 255}.${index & 255}.${server + 1}`
      parts.push(`        server ${address}:${8000 + (index % 1000)} weight=${1 + (server % 3)} max_fails=3 fail_timeout=10s;\n`)
    }
    parts.push('        keepalive 16;\n    }\n')
  }
  parts.push(`\n    server {\n        listen 127.0.0.1:18080;\n        server_name shop.example;\n\n`)
  for (let index = 0; index < upstreams; index += 1) parts.push(`        location ${headOf(index)} {\n            proxy_pass http://up_${index};\n            proxy_read_timeout ${10 + (index % 50)}s;\n        }\n`)
  parts.push('        location / {\n            return 404;\n        }\n    }\n}\n')
  return parts.join('')
}

function headOf(index: number): string {
  if (index % 50 === 7) return `~ ^/pattern-${index}/[0-9]+$`
  switch (index % 10) {
    case 3: return `= /service/${index}`
    case 5: return `^~ /static/${index}/`
    default: return `/service/${index}/`
  }
}
