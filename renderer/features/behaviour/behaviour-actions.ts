import type { ActionTools } from '#renderer/app/actions.ts'
import { noProofs, type AppState, type PairBehaviour, type Weighing } from '#renderer/state/app-state.ts'
import { idle, loading, settled, type Remote } from '#renderer/state/remote.ts'
import { failed } from '#shared/diagnostics/failure.ts'
import type { ProofReport } from '#shared/rpc/payloads.ts'
import { readLog } from './log-file.ts'
import { pairOf, toTraffic } from './verdict.ts'

export interface BehaviourActions {
  /** Asks for every class of requests that goes somewhere else. An answer about the same sources stays until the next one is there. */
  compareBehaviour(): Promise<void>
  /** For later: compares when its turn has come, unless it was stopped before. */
  queueBehaviour(): () => Promise<void>
  stopBehaviour(): void
  /** Replays the witness of one class on the real balancer; null: of every class. */
  prove(classId: string | null): Promise<void>
  stopProof(): void
  /** Gives every class its share of the requests of an access log; of a very large one, of its latest lines. */
  weighFile(file: File): Promise<void>
  forgetWeights(): void
}

/** Whether the state still shows the pair that an answer speaks of. */
function isShown(state: AppState, pair: Omit<PairBehaviour, 'answer'>): boolean {
  const now = pairOf(state)
  return now?.before === pair.before && now.after === pair.after
}

export function createBehaviourActions({ store, client, notify }: ActionTools): BehaviourActions {
  let comparing: { readonly abort: AbortController; readonly pair: Omit<PairBehaviour, 'answer'> } | null = null
  let proving: AbortController | null = null
  let weighRun = 0
  let stops = 0

  const putProof = (classId: string | null, report: Remote<ProofReport>): void =>
    store.update(({ proofs }) => ({ proofs: classId === null ? { ...proofs, all: report } : { ...proofs, byClass: new Map(proofs.byClass).set(classId, report) } }))

  const actions: BehaviourActions = {
    async compareBehaviour() {
      comparing?.abort.abort()
      proving?.abort()
      const pair = pairOf(store.get())
      const known = store.get().behaviour.value
      store.update({ proofs: noProofs })
      if (pair === null) {
        store.update({ behaviour: idle })
        return
      }
      const isSame = known?.sources === pair.sources
      const kept = isSame ? store.get().behaviour : idle
      // A log of other machines says nothing about these.
      if (known !== null && !isSame) actions.forgetWeights()
      const abort = new AbortController()
      comparing = { abort, pair }
      store.update({ behaviour: loading(kept), progress: null })
      const result = await client.call('behaviour.compare', { before: pair.before, after: pair.after }, abort.signal)
      // A newer question replaced this one, or is about to.
      if (comparing?.abort !== abort) return
      comparing = null
      if (!isShown(store.get(), pair)) return
      store.update({ behaviour: settled(result.ok ? { ok: true, value: { ...pair, answer: result.value } } : result, kept) })
      const { weighing } = store.get()
      if (result.ok && weighing !== null) await weigh(weighing.title, weighing.base64)
    },

    queueBehaviour() {
      const before = stops
      return () => before === stops ? actions.compareBehaviour() : Promise.resolve()
    },

    stopBehaviour() {
      stops += 1
      comparing?.abort.abort()
      // What is stopped says so itself, unless it was about another pair: then the comparison of this one was still to come.
      if (comparing !== null && isShown(store.get(), comparing.pair)) return
      if (toTraffic(store.get()).state !== 'working') return
      store.update(({ behaviour }) => ({ behaviour: settled<PairBehaviour>(failed('cancelled', 'Stopped before it began.'), behaviour) }))
    },

    async prove(classId) {
      const pair = pairOf(store.get())
      const answer = store.get().behaviour.value?.answer
      if (pair === null || answer === undefined) return
      proving?.abort()
      const abort = new AbortController()
      proving = abort
      putProof(classId, { state: 'loading', value: null })
      const result = await client.call('behaviour.prove', { before: pair.before, after: pair.after, classIds: classId === null ? answer.differs.map((each) => each.id) : [classId] }, abort.signal)
      if (proving === abort) proving = null
      // A proof of other configs is no proof of these.
      if (isShown(store.get(), pair)) putProof(classId, settled<ProofReport>(result, idle))
    },

    stopProof: () => proving?.abort(),

    async weighFile(file) {
      const log = await readLog(file)
      if (!log.ok) {
        notify(log.failure.message, 'problem')
        return
      }
      if (log.value.isPart) notify(`${log.value.title} is large: its latest lines are weighed.`)
      await weigh(log.value.title, log.value.base64)
    },

    forgetWeights() {
      weighRun += 1
      store.update({ weighing: null })
    },
  }
  async function weigh(title: string, base64: string): Promise<void> {
    const pair = pairOf(store.get())
    if (pair === null) {
      notify('An access log weighs the difference of two configs: open a baseline and a candidate first.', 'problem')
      return
    }
    const run = ++weighRun
    const put = (result: Weighing['result']): void => store.update({ weighing: { title, base64, result } })
    put({ state: 'loading', value: null })
    const result = await client.call('behaviour.weigh', { before: pair.before, after: pair.after, log: { title, base64 } })
    if (run === weighRun && isShown(store.get(), pair)) put(settled(result, idle))
  }

  return actions
}
