/** Everything that is asked of Caddy's administration: what requests are under way to servers, and its metrics. */
export const caddyReads = { upstreams: '/reverse_proxy/upstreams', metrics: '/metrics' } as const
