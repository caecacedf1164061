import type { Matcher, View } from '#shared/model/predicate.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'

/** What routing of one or more models looks at, as far as an access log may lack it. */
export interface FactsRead {
  /** Names in lower case; `host` and `cookie` among them where they are read. */
  readonly headers: ReadonlySet<string>
  readonly query: boolean
  readonly source: boolean
  readonly sni: boolean
  readonly httpVersion: boolean
  /** Which listener of an entry, or which of its addresses. */
  readonly listener: boolean
  /** Host names that conditions and tables compare with, made complete where they are a part of a name. */
  readonly hosts: readonly string[]
}

const maximumHosts = 4000

/**
 * Every view of the models, wherever it stands: conditions, effects, redirects, tables, persistence.
 *
 * Why by shape and not by kind of step: a place that is forgotten here would make a request look attributable when it
 * is not.
 */
export function factsRead(models: readonly RoutingModel[]): FactsRead {
  const headers = new Set<string>()
  const read = { query: false, source: false, sni: false, httpVersion: false, listener: false }
  const hosts = new Set<string>()
  for (const model of models) {
    const hostVariables = new Set<string>()
    const readsHost = ({ field }: View): boolean => (field.kind === 'header' && field.name === 'host') || field.kind === 'base' || (field.kind === 'variable' && hostVariables.has(field.name))
    const onView = (view: View, matcher: Matcher | null): void => {
      note(view, headers, read)
      if (!readsHost(view) || hosts.size >= maximumHosts) return
      for (const name of matcher === null ? [] : namesOf(matcher)) hosts.add(name)
      for (const transform of view.transforms) {
        if (transform.kind === 'map') for (const { key } of (model.tables.get(transform.table)?.entries ?? []).slice(0, maximumHosts)) hosts.add(whole(key))
      }
    }
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      if (Array.isArray(value)) {
        for (const one of value) visit(one)
        return
      }
      if (isView(value)) {
        onView(value, null)
        return
      }
      const { kind, name, value: assigned, view, matcher } = value as Readonly<Record<string, unknown>>
      if (kind === 'set-variable' && typeof name === 'string' && mentions(assigned, readsHost)) hostVariables.add(name)
      if (kind === 'replace' || kind === 'set-query' || kind === 'set-path-and-query' || kind === 'set-target') read.query = true
      if (kind === 'test' && isView(view)) onView(view, matcher as Matcher)
      else for (const [key, part] of Object.entries(value)) if (key !== 'origin') visit(part)
    }
    for (const scope of model.scopes.values()) visit([scope.steps, scope.otherwise])
    for (const pool of model.pools) visit([pool.selectors, pool.persistence])
    if (model.pools.some((pool) => pool.persistence.some((one) => one.kind === 'cookie'))) headers.add('cookie')
  }
  return { headers, ...read, hosts: [...hosts] }
}

function isView(value: unknown): value is View {
  return typeof value === 'object' && value !== null && 'field' in value && 'transforms' in value
}

function mentions(value: unknown, test: (view: View) => boolean): boolean {
  if (isView(value)) return test(value)
  const parts = (value as { readonly parts?: unknown } | null)?.parts
  return Array.isArray(parts) && parts.some((part) => isView(part) && test(part))
}

function note({ field }: View, headers: Set<string>, read: { query: boolean; source: boolean; sni: boolean; httpVersion: boolean; listener: boolean }): void {
  switch (field.kind) {
    case 'header': case 'header-count':
      headers.add(field.name.toLowerCase())
      break
    case 'base': case 'host-name':
      headers.add('host')
      break
    case 'cookie':
      headers.add('cookie')
      break
    case 'target':
      // HTTP/2 shows its host in it.
      headers.add('host')
      read.query = true
      read.httpVersion = true
      break
    case 'query': case 'path-and-query': case 'query-parameter':
      read.query = true
      break
    case 'source-ip': case 'source-port':
      read.source = true
      break
    case 'sni':
      read.sni = true
      break
    case 'http-version': case 'alpn':
      read.httpVersion = true
      break
    case 'local-ip': case 'local-port': case 'listener-name': case 'listener-id':
      read.listener = true
      break
    case 'method': case 'scheme': case 'path': case 'normalised-path': case 'tls': case 'tls-hello-type': case 'entry-name': case 'variable': case 'constant': case 'state': case 'opaque':
      break
  }
}

/** Complete names that satisfy the matcher, as far as they can be told without searching; regexes have none. */
function namesOf(matcher: Matcher): readonly string[] {
  switch (matcher.kind) {
    case 'exact': return matcher.values
    case 'prefix': case 'suffix': case 'substring': case 'path-part': case 'domain-part': return matcher.values.map(whole)
    case 'regex': case 'integer': case 'length': case 'network': case 'exists': case 'truthy': case 'never': return []
  }
}

/** `.shop.example` → `any.shop.example`, `api.` → `api.example`. */
function whole(part: string): string {
  return `${part.startsWith('.') ? 'any' : ''}${part}${part.endsWith('.') ? 'example' : ''}`
}
