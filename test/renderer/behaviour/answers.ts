import type { Outcome } from '#shared/model/outcome.ts'
import { defaultRequest } from '#shared/model/request.ts'
import type { BehaviourAnswer, BehaviourClass, ProofReport, TrafficWeights } from '#shared/rpc/payloads.ts'
import { span } from '#test/renderer/fixtures.ts'

export const forward = (pool: string, shares: Readonly<Record<string, number>> = { [`${pool}-1`]: 1 }, path = '/'): Outcome => ({
  action: 'forward', pool, path, servers: Object.entries(shares).map(([name, share]) => ({ name, address: '192.0.2.1:80', share })),
})

/** Ids of a path through the picture. */
export const path = (route: string, pool: string): readonly string[] => ['listener:web', route, `pool:${pool}`, `edge:listener:web→${route}`, `edge:${route}→pool:${pool}`]

/** Logins that go to pool api instead of auth: lines 100–120 of the baseline, 100–115 of the candidate. */
export function behaviourClass(id: string, parts: Partial<BehaviourClass> = {}): BehaviourClass {
  const before = { outcome: forward('auth'), rule: span(100, 120) }
  const after = { outcome: forward('api'), rule: span(100, 115) }
  const when = 'host is api.shop.example and path starts with /v2/auth/'
  return {
    id, severity: 'critical', kind: 'misroute', listener: 'web', when, summary: 'Requests for api.shop.example/v2/auth/… go to pool api instead of auth.', witness: { ...defaultRequest, path: '/v2/auth/' },
    before, after, cause: { before: [span(100, 120)], after: [] }, lines: { before: [], after: [] }, count: 1, members: [{ when, witness: defaultRequest, before, after }], about: 'rules', depends: [],
    curl: 'curl http://api.shop.example/v2/auth/', lit: { before: path('route:auth', 'auth'), after: path('route:api', 'api') }, ...parts,
  }
}

export function behaviour(parts: Partial<BehaviourAnswer> = {}): BehaviourAnswer {
  return {
    verdict: 'identical', headline: { id: 'behaviour', tone: 'ok', text: 'No request is treated differently.', details: [], highlights: [], before: [], after: [] }, complete: (parts.unknown ?? []).length === 0,
    listeners: [], differs: [], unknown: [], changedLines: { before: [], after: [] }, pools: { unreachable: [], reachable: [] }, assumptions: [], work: { rules: 9, changedRules: 2, pairs: 1, solverCalls: 5, milliseconds: 12.4 }, ...parts,
  }
}

export const lua = (start: number, parts: Partial<BehaviourAnswer['unknown'][number]> = {}): BehaviourAnswer['unknown'][number] => ({
  listener: 'web', when: 'any request', because: 'Not modelled: lua.route.', side: 'after', at: span(start, start + 10), ...parts,
})

export const weights = (shares: Readonly<Record<string, number>>): TrafficWeights => ({ format: 'haproxy-httplog', requests: 100, skipped: 0, shares, unknownShare: 0, assumptions: [] })

export function report(state: ProofReport['state'], parts: Partial<ProofReport> = {}): ProofReport {
  return { state, sentence: `Sentence of ${state}.`, product: 'HAProxy 2.6.12', replaced: ['A server was replaced.'], refusals: [], witnesses: [], milliseconds: 1, ...parts }
}

export function witness(classId: string, agrees: boolean | null, note: string | null = null): ProofReport['witnesses'][number] {
  const before = { expected: forward('auth'), observed: 'pool auth, server auth-1', agrees: true }
  return { classId, agrees, before, after: { expected: forward('api'), observed: agrees === null ? null : agrees ? 'pool api, server api-1' : 'pool web, server web-1', agrees }, note }
}
