import type { Field } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import { cookieValues, headerElements, queryParameterValues, splitTarget } from '#shared/requests/http-values.ts'
import { headerValues, pathAndQueryOf, type RequestState } from './request-state.ts'
import { knownMethods } from './methods.ts'
import type { Sample, Unknown } from './sample.ts'

/** Every instance of a field in this version of the request, in order; none: the field is absent. */
export function fieldSamples(field: Field, state: RequestState, at: Span): readonly Sample[] {
  const connection = state.connection
  switch (field.kind) {
    case 'constant': return field.value === null ? [] : [toBytes(field.value)]
    case 'variable': return variableSamples(field.name, state, at)
    case 'state': return [{ unknown: { text: field.text, reason: `it depends on live state (${field.name})`, at } }]
    case 'opaque': return [{ unknown: { text: field.text, reason: field.reason, at } }]
    case 'source-ip': return state.sourceIp === null ? [] : [state.sourceIp]
    case 'source-port': return [state.sourcePort]
    case 'local-ip': return state.localIp === null ? [{ unknown: { text: 'destination address', reason: 'the request does not say which address it was sent to', at } }] : [state.localIp]
    case 'local-port': return [state.localPort]
    case 'sni': {
      const seen = field.seen === 'terminated' ? connection.terminatesTls : !connection.terminatesTls && connection.tls
      return seen && connection.sni !== null ? [toBytes(connection.sni)] : []
    }
    case 'alpn': {
      if (field.seen === 'peeked') return !connection.terminatesTls && connection.tls ? connection.alpn.map(toBytes) : []
      if (!connection.terminatesTls) return []
      const chosen = (connection.listener.tls?.alpn ?? []).find(protocol => connection.alpn.includes(protocol))
      return chosen === undefined ? [] : [toBytes(chosen)]
    }
    case 'tls': return [connection.terminatesTls]
    case 'tls-hello-type': return !connection.terminatesTls && connection.tls ? [1] : []
    case 'listener-name': return connection.listener.name === null ? [] : [toBytes(connection.listener.name)]
    case 'listener-id': return [connection.listener.number]
    case 'entry-name': return [toBytes(connection.listener.group)]
    case 'scheme': return [connection.terminatesTls ? 'https' : 'http']
    case 'method': return connection.readable ? [knownMethods.has(state.firstMethod) ? state.firstMethod : state.method] : []
    case 'http-version': return connection.readable ? [state.httpVersion === '2' ? '2.0' : state.httpVersion] : []
    case 'header': {
      if (!connection.readable) return []
      const values = headerValues(state, field.name.toLowerCase(), field.split)
      if (field.occurrence === null || field.occurrence === 0) return values
      const value = field.occurrence > 0 ? values[field.occurrence - 1] : values[values.length + field.occurrence]
      return value === undefined ? [] : [value]
    }
    case 'header-count': {
      if (!connection.readable) return []
      const values = headerValues(state, field.name.toLowerCase(), field.split)
      const unknown = values.find(value => typeof value !== 'string')
      return unknown === undefined || field.split === 'line' ? [values.length] : [unknown]
    }
    case 'cookie': {
      if (!connection.readable) return []
      return state.headers.filter(header => header.name === 'cookie').flatMap((header): readonly Sample[] =>
        typeof header.value === 'string' ? headerElements(header.value).flatMap(element => cookieValues(element, toBytes(field.name))) : [header.value])
    }
    case 'normalised-path': return state.normalised === null ? [] : [state.normalised.path]
    case 'host-name': return state.normalised === null || state.normalised.host === null ? [] : [state.normalised.host]
    case 'target': case 'path': case 'query': case 'path-and-query': case 'base': case 'query-parameter': {
      if (!connection.readable) return []
      if (state.normalised !== null && field.kind === 'query') return state.normalised.query === '' ? [] : [state.normalised.query]
      if (state.normalised !== null && field.kind === 'path-and-query') return [state.normalised.sent]
      if (typeof state.target !== 'string') return [state.target]
      return targetSamples(field, state.target, state)
    }
  }
}

type TargetField = Extract<Field, { readonly kind: 'target' | 'path' | 'query' | 'path-and-query' | 'base' | 'query-parameter' }>

function targetSamples(field: TargetField, target: string, state: RequestState): readonly Sample[] {
  switch (field.kind) {
    case 'target': return [target]
    case 'query': {
      const mark = target.indexOf('?')
      return mark === -1 ? [] : [target.slice(mark + 1)]
    }
    case 'query-parameter': return queryParameterValues(target, toBytes(field.name), field.delimiter)
    case 'path-and-query': {
      const value = pathAndQueryOf(target)
      return value === null ? [] : [value]
    }
    case 'path': {
      const value = pathOf(target)
      return value === null ? [] : [value]
    }
    case 'base': {
      const host = headerValues(state, 'host', 'comma')[0]
      if (host !== undefined && typeof host !== 'string') return [host]
      const path = pathOf(target)
      if (host === undefined || host === '') return path === null ? [] : [path]
      return [host + (path ?? '')]
    }
  }
}

/** Bytes from the first `/` after the authority up to `?`. */
export function pathOf(target: string): string | null {
  if (splitTarget(target).pathAt === 0) {
    const mark = target.indexOf('?')
    return mark === -1 ? target : target.slice(0, mark)
  }
  const value = pathAndQueryOf(target)
  return value === null ? null : (value.split('?', 1)[0] ?? '')
}

function variableSamples(name: string, state: RequestState, at: Span): readonly Sample[] {
  const value = state.variables.get(name)
  if (value !== undefined) return [value]
  // Process variables live longer than a request: rules of other requests and the run-time API set them.
  if (name.startsWith('proc.')) {
    const unknown: Unknown = { unknown: { text: `var(${name})`, reason: 'process variables are set at run time', at } }
    return [unknown]
  }
  return []
}
