/**
 * What happens to a line of a config that is started to replay requests.
 *
 * Lines of these tables are kept as they are because they neither open a connection nor run anything and may decide
 * about a request. Lines whose keyword the support table calls inert are left out. Everything else needs a case of its
 * own or stops the proof.
 */

/** First words of proxy lines that are kept; those in `rules.ts`, `binds.ts` and `servers.ts` are rewritten. */
export const keptProxyLines: ReadonlySet<string> = new Set([
  'acl', 'balance', 'capture', 'cookie', 'declare', 'default_backend', 'disabled', 'dynamic-cookie-key', 'enabled', 'errorloc', 'errorloc302', 'errorloc303', 'error-log-format', 'force-be-switch',
  'force-persist', 'hash-balance-factor', 'hash-preserve-affinity', 'hash-type', 'http-send-name-header', 'id', 'ignore-persist', 'log-format', 'log-format-sd', 'monitor', 'monitor-net',
  'monitor-uri', 'persist', 'redirect', 'redispatch', 'retries', 'retry-on', 'stick', 'unique-id-format', 'unique-id-header', 'use-server', 'use_backend',
])

/** Names behind `option` that are kept. `httplog` and its kin decide whether `capture.req.uri` holds anything. */
export const keptOptions: ReadonlySet<string> = new Set([
  'accept-invalid-http-request', 'accept-unsafe-violations-in-http-request', 'allbackups', 'disable-h2-upgrade', 'forceclose', 'forwardfor', 'forwarded', 'http-buffer-request', 'http-keep-alive',
  'http-restrict-req-hdr-names', 'http-server-close', 'http-use-proxy-header', 'httpclose', 'httplog', 'httpslog', 'originalto', 'persist', 'prefer-last-server', 'redispatch', 'tcplog',
])

/** Names behind `option` that make or shape health checks. */
export const checkOptions: ReadonlySet<string> = new Set([
  'httpchk', 'ldap-check', 'mysql-check', 'pgsql-check', 'redis-check', 'smtpchk', 'spop-check', 'ssl-hello-chk', 'tcp-check', 'log-health-checks',
])

/** Second words of `stats` lines in proxies that are kept. */
export const keptStats: ReadonlySet<string> = new Set([
  'admin', 'auth', 'enable', 'hide-version', 'http-request', 'realm', 'refresh', 'scope', 'show-desc', 'show-legends', 'show-modules', 'show-node', 'show-version', 'uri',
])

/** First words of `global` lines that are kept. */
export const keptGlobalLines: ReadonlySet<string> = new Set([
  'expose-deprecated-directives', 'expose-experimental-directives', 'h1-accept-payload-with-any-method', 'presetenv', 'resetenv', 'set-var', 'set-var-fmt', 'setenv', 'unsetenv',
  'tune.bufsize', 'tune.maxrewrite', 'tune.http.maxhdr', 'tune.stick-counters', 'tune.vars.global-max-size', 'tune.vars.proc-max-size', 'tune.vars.reqres-max-size', 'tune.vars.sess-max-size', 'tune.vars.txn-max-size',
])

/** Lines and sections that run something from outside or reach out by themselves, with why the proof stops at them. */
export const refusedGlobalLines: Readonly<Record<string, string>> = {
  'external-check': 'lets HAProxy run programs to check servers; programs of a config are never run',
  'lua-load': 'runs a Lua script; scripts of a config are never run',
  'lua-load-per-thread': 'runs a Lua script; scripts of a config are never run',
}

export const refusedSections: Readonly<Record<string, string>> = {
  program: 'starts a program; programs of a config are never run',
  'fcgi-app': 'hands requests to a FastCGI application, which is never run',
}

export const refusedProxyLines: Readonly<Record<string, string>> = {
  dispatch: 'sends connections past the servers to an address of its own, which is not replaced',
  transparent: 'connects to the address the client asked for, which is not replaced',
  'external-check': 'lets HAProxy run programs to check servers; programs of a config are never run',
  'use-fcgi-app': 'hands requests to a FastCGI application, which is never run',
}

export const refusedOptions: Readonly<Record<string, string>> = {
  'external-check': 'lets HAProxy run programs to check servers; programs of a config are never run',
  transparent: 'connects to the address the client asked for, which is not replaced',
  http_proxy: 'connects to the address that a request names, which is not replaced',
}

/** Actions of request rules that are never run. */
export const refusedActions: Readonly<Record<string, string>> = {
  'do-resolve': 'asks DNS servers while a request waits; nothing outside is ever asked',
  'send-spoe-group': 'asks an outside agent (SPOE); nothing outside is ever asked',
  'expect-netscaler-cip': 'expects client addresses in a NetScaler header, which is not sent',
  'attach-srv': 'turns connections of clients into connections to servers, which is not replayed',
  'ot-group': 'reports to an outside tracer; nothing outside is ever asked',
  'otel-group': 'reports to an outside tracer; nothing outside is ever asked',
}

/** Filters that only shape or show what passes; others stop the proof. */
export const droppedFilters: ReadonlySet<string> = new Set(['bwlim-in', 'bwlim-out', 'cache', 'comp-req', 'comp-res', 'compression', 'trace'])

/** Inert actions that other rules build on, or that must not change their place. */
export const keptActions: ReadonlySet<string> = new Set(['capture', 'strict-mode'])

/** Sections that are left out, with the sentence that says so; null: not worth one. */
export const droppedSections: Readonly<Record<string, string | null>> = {
  acme: null, 'crt-store': 'Certificates are replaced by a self-made one.', healthcheck: 'Health checks are left out: every server counts as up.', 'http-errors': 'Error pages from files are left out.',
  'log-forward': 'Log receivers (log-forward) are left out.', 'log-profile': null, mailers: 'Alerts by mail are left out.', namespace_list: null, peers: 'Peers are left out: stick tables are local and start empty.',
  cache: 'The cache is left out: nothing is ever answered from it.', resolvers: 'DNS servers (resolvers) are left out: no name is looked up.', ring: 'Log targets are left out: nothing is logged.', traces: null,
}
