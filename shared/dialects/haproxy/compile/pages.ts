import type { Predicate } from '#shared/model/predicate.ts'
import type { Step } from '#shared/model/routing-model.ts'
import type { ProxyDraft, StatsDraft } from './proxy.ts'
import { IdList } from './steps.ts'

/** Exact path and query, whatever the rules say (H-ORD-11). */
export function monitorSteps(proxy: ProxyDraft): readonly Step[] {
  const uri = proxy.settings.monitorUri
  if (uri === null) return []
  const matches: Predicate = {
    kind: 'test', origin: uri.at, matcher: { kind: 'exact', values: [uri.name], ignoreCase: false },
    view: { field: { kind: uri.name.startsWith('/') ? 'path-and-query' : 'target' }, transforms: [], type: 'string', pick: 'any', absentAs: 'nothing' },
  }
  const steps: Step[] = []
  if (proxy.monitorFail.length > 0) {
    const ids = new IdList(`step:${proxy.name}/monitor/`)
    for (const rule of proxy.monitorFail) {
      steps.push({ id: ids.next(`monitor ${rule.text}`), when: { kind: 'and', of: [matches, rule.when] }, does: rule.does, origin: [...rule.origin, uri.at] })
    }
  }
  steps.push({ id: `step:${proxy.name}/monitor/monitor-uri ${uri.name}`, when: matches, does: { kind: 'respond', status: 200, why: 'monitor-uri' }, origin: [uri.at] })
  return steps
}

/** A prefix of the target, for GET, HEAD and POST (H-ORD-12). */
export function statsSteps(proxy: ProxyDraft, stats: StatsDraft | null): readonly Step[] {
  if (stats === null) return []
  const { origin } = stats
  const text = (kind: 'path-and-query' | 'target' | 'method', matcher: 'prefix' | 'exact', values: readonly string[]): Predicate => ({
    kind: 'test', origin, matcher: { kind: matcher, values, ignoreCase: false },
    view: { field: { kind }, transforms: [], type: kind === 'method' ? 'method' : 'string', pick: 'any', absentAs: 'nothing' },
  })
  const matches: Predicate = { kind: 'and', of: [text('method', 'exact', ['GET', 'HEAD', 'POST']), text(stats.uri.startsWith('/') ? 'path-and-query' : 'target', 'prefix', [stats.uri])] }
  const steps: Step[] = []
  if (stats.auth) {
    const known: Predicate = {
      kind: 'test', origin, matcher: { kind: 'exists' },
      view: { field: { kind: 'header', name: 'authorization', split: 'line', occurrence: null }, transforms: [], type: 'string', pick: 'any', absentAs: 'nothing' },
    }
    steps.push({ id: `step:${proxy.name}/stats/auth ${stats.uri}`, when: { kind: 'and', of: [matches, { kind: 'not', of: known }] }, does: { kind: 'respond', status: 401, why: 'stats auth' }, origin: [origin] })
  }
  // Whatever a form on the page sends is answered with a redirect back to the page.
  const sent: Predicate = { kind: 'and', of: [text('method', 'exact', ['POST']), matches] }
  steps.push({ id: `step:${proxy.name}/stats/form ${stats.uri}`, when: sent, does: { kind: 'respond', status: 303, why: 'statistics form' }, origin: [origin] })
  steps.push({ id: `step:${proxy.name}/stats/stats uri ${stats.uri}`, when: matches, does: { kind: 'respond', status: 200, why: 'statistics page' }, origin: [origin] })
  return steps
}
