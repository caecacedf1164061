import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Sentence } from '#shared/presentation/presentation.ts'
import { diffTopology, type TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { count } from './names.ts'
import { poolSentences } from './sentences-pools.ts'
import { ruleSentences } from './sentences-rules.ts'
import { list, say, type Ranked } from './sentence-tools.ts'
import { toTopologyView } from './topology.ts'
import { settingText } from './topology-nodes.ts'
import type { TopologyView } from './topology-view.ts'

function listenerSentences(difference: TopologyDifference): readonly Ranked[] {
  return difference.listeners.map((change) => {
    const { before, after } = change
    const group = after ?? before
    const name = group?.name ?? ''
    const kind = group?.listeners[0]?.kind ?? 'listener'
    const addresses = list((group?.listeners ?? []).flatMap((one) => one.addresses.map((address) => address.text)))
    const base = {
      id: `listener-${change.kind}-${name}`, highlights: [`listener:${name}`],
      before: before?.listeners.flatMap((one) => one.origin.slice(0, 1)) ?? [], after: after?.listeners.flatMap((one) => one.origin.slice(0, 1)) ?? [],
    }
    switch (change.kind) {
      case 'added': return say({ ...base, rank: 3.5, tone: 'added', text: `New ${kind} ${name} on ${addresses}.` })
      case 'removed': return say({ ...base, rank: 3.4, tone: 'removed', text: `The ${kind} ${name} on ${addresses} is gone: nothing answers there through this config any more.` })
      case 'renamed': return say({ ...base, rank: 13, tone: 'changed', text: `The ${kind} ${before?.name ?? ''} is now called ${name}; it listens on the same addresses.`, details: change.settings.slice(1).map(settingText) })
      case 'changed': case 'moved': {
        const gone = change.settings.filter((setting) => setting.setting === 'address' && setting.after === null).map((setting) => setting.before ?? '')
        const fresh = change.settings.filter((setting) => setting.setting === 'address' && setting.before === null).map((setting) => setting.after ?? '')
        const rest = change.settings.filter((setting) => setting.setting !== 'address').map(settingText)
        const parts = [...(fresh.length === 0 ? [] : [`also listens on ${list(fresh)}`]), ...(gone.length === 0 ? [] : [`no longer listens on ${list(gone)}`])]
        const text = parts.length > 0 ? `The ${kind} ${name} ${parts.join(' and ')}.` : rest.length === 1 ? `The ${kind} ${name} changed: ${rest[0] ?? ''}.` : `${count(rest.length, 'setting')} of ${kind} ${name} changed.`
        return say({ ...base, rank: gone.length > 0 ? 3.6 : 6.5, tone: gone.length > 0 ? 'warning' : 'changed', text, details: rest.length === 1 && parts.length === 0 ? [] : rest })
      }
    }
  })
}

/** More sentences than this help nobody; the rest is counted. */
const most = 400

/**
 * What changed between two configs in plain English, most important first: what rules can no longer reach, rules that
 * can no longer match, shares of servers, order and content of rules, listeners, pools, settings.
 *
 * Every sentence is about what the configs say. Which requests change their way is the behavioural comparison's answer.
 * `view` and `difference` may be passed in where they are known already.
 */
export function toSentences(before: RoutingModel, after: RoutingModel, view: TopologyView | null = null, difference: TopologyDifference | null = null): readonly Sentence[] {
  const known = difference ?? diffTopology(before, after)
  const drawn = view ?? toTopologyView(after, before, '', known)
  const ranked = [...ruleSentences(before, after, drawn, known), ...poolSentences(after, drawn, known), ...listenerSentences(known)]
  const sentences = ranked.map((one, index) => ({ one, index })).sort((a, b) => a.one.rank - b.one.rank || a.index - b.index).map(({ one }) => one.sentence)
  if (sentences.length <= most) return sentences
  const rest = say({ rank: 99, id: 'more-changes', tone: 'notice', text: `${sentences.length - most} more changes are not written out here; the picture and the table show all of them.` })
  return [...sentences.slice(0, most), rest.sentence]
}
