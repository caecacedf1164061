import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { listenAddress } from '../compile/listens.ts'
import type { Directive, NginxTree } from '../tree.ts'
import type { Level } from '../validate/contexts.ts'
import { all, configOf, finding, serverTitle } from './config.ts'

/** The first statement of a server, where it redirects every request. */
function redirectOf(server: Level): { readonly directive: Directive; readonly target: string } | null {
  const first = server.directives.find((directive) => ['return', 'rewrite', 'if', 'break'].includes(directive.name.value))
  const words = first?.args.map((word) => word.value) ?? []
  if (first?.name.value === 'return') {
    const target = words.length === 1 ? words[0] : /^30[12378]$/.test(words[0] ?? '') ? words[1] : undefined
    return target === undefined ? null : { directive: first, target }
  }
  const isAny = ['^', '.*', '^.*', '^(.*)', '^(.*)$', '^/(.*)$', '^/(.*)', '(.*)', '/', '^/'].includes(words[0] ?? '')
  return first?.name.value === 'rewrite' && isAny ? { directive: first, target: words[1] ?? '' } : null
}

export const redirectToItself: Check<NginxTree> = {
  code: 'nginx/redirect-to-itself',
  severity: 'error',
  title: 'A server that redirects every request to itself',
  why: 'Browsers give up after some twenty redirects, and nobody sees the site.',
  bad: `events {}
http {
    server {
        listen 80;
        server_name a.test;
        return 301 http://a.test$request_uri;
    }
}
`,
  good: `events {}
http {
    server {
        listen 80;
        server_name a.test;
        return 301 http://www.a.test$request_uri;
    }
}
`,
  source: 'NG-30, N-RET-1',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      const redirect = level.context === 'server' ? redirectOf(level) : null
      const parts = /^(https?|\$scheme):\/\/([^/:$]+|\$host|\$http_host|\$server_name)(?::(\d+))?(?=[/$?]|$)/i.exec(redirect?.target ?? '')
      if (redirect === null || parts === null) continue
      const [, scheme = '', host = '', port] = parts
      const names = all(level, 'server_name').flatMap((line) => line.args.map((word) => word.value.toLowerCase()))
      const isSelf = host === '$host' || host === '$http_host' || (host === '$server_name' ? /^[a-z0-9.-]+$/.test(names[0] ?? '') : names.includes(host.toLowerCase()))
      if (!isSelf) continue
      const loop = all(level, 'listen').find((line) => {
        const address = listenAddress(line.args[0]?.value ?? '')
        const own = line.args.some((word) => word.value === 'ssl' || word.value === 'quic') ? 'https' : 'http'
        if (address.socket !== null || (scheme !== '$scheme' && scheme.toLowerCase() !== own)) return false
        // Host as it was sent has its port with it.
        if (host === '$http_host' && port === undefined) return true
        return Number(port ?? (own === 'https' ? 443 : 80)) === address.fromPort
      })
      if (loop === undefined) continue
      found.push(finding(redirectToItself, {
        at: redirect.directive.span, names: [serverTitle(level), redirect.target], related: [{ at: loop.span, message: 'The redirect leads here again' }],
        message: `Every request of server ${serverTitle(level)} on ${loop.args[0]?.value ?? ''} is redirected to '${redirect.target}', which this server answers with the same redirect. Redirect to another name or scheme, or move the redirect into a server of its own.`,
      }))
    }
    return found
  },
}
