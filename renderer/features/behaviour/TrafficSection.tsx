import { useEffect, useMemo } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { CardList } from '#renderer/features/review/CardList.tsx'
import type { Finding } from '#renderer/features/review/findings.ts'
import { ToneGlyph } from '#renderer/ui/primitives.tsx'
import type { BehaviourAnswer } from '#shared/rpc/payloads.ts'
import { severityWords, toClassCards } from './class-cards.ts'
import { ClassCardView } from './ClassCardView.tsx'
import { lineTextLimitBytes } from './LineButton.tsx'
import { Folded } from './ProofNote.tsx'
import { TrafficTools } from './TrafficTools.tsx'
import { shownAnswer, type Traffic } from './verdict.ts'

/** Up to here every card shows its evidence; in a longer list the chosen one does. */
const openUpTo = 2

/** The classes of requests that go somewhere else, by severity; `findings` are the same classes as selection knows them. */
export function TrafficSection({ traffic, findings }: { readonly traffic: Traffic; readonly findings: readonly Finding[] }) {
  const reviewed = useAppState((state) => state.reviewed)
  const chosen = useAppState((state) => state.selection.sentenceId)
  const related = useAppState((state) => state.selection.related)
  const weights = useAppState((state) => state.weighing?.result.value ?? null)
  const answer = shownAnswer(traffic)
  const cards = useMemo(() => (answer === null ? [] : toClassCards(answer, weights)), [answer, weights])
  const byId = useMemo(() => new Map(findings.map((finding) => [finding.id, finding])), [findings])
  useLineTexts(answer)
  if (answer === null) return null
  const groups = (['critical', 'warning', 'notice'] as const).map((severity) => ({ severity, cards: cards.filter((card) => card.severity === severity) })).filter((group) => group.cards.length > 0)
  return (
    <section className={`card-section traffic ${traffic.state === 'working' ? 'stale' : ''}`} aria-label="For traffic">
      {cards.length > 0 && <TrafficTools classes={cards.length} />}
      {groups.map((group) => (
        <div key={group.severity} className="severity-group">
          {cards.length > openUpTo && <h3 className={`tone-${group.severity}`}><ToneGlyph tone={group.severity} />{severityWords[group.severity]} <span className="count">{group.cards.length}</span></h3>}
          <CardList items={group.cards} chosen={chosen}>
            {(card) => {
              const finding = byId.get(card.id)
              return finding !== undefined && (
                <ClassCardView card={card} finding={finding} chosen={card.id === chosen} related={related.includes(card.id)} reviewed={reviewed.has(card.id)} open={card.id === chosen || cards.length <= openUpTo} />
              )
            }}
          </CardList>
        </div>
      ))}
      {answer.assumptions.length > 0 && <div className="assumptions"><Folded title="What this takes for granted" items={answer.assumptions} /></div>}
    </section>
  )
}

/** Lines are told by number and by their words, which needs the texts; large ones are fetched only once they are looked at. */
function useLineTexts(answer: BehaviourAnswer | null): void {
  const { actions } = useApp()
  const before = useAppState((state) => state.before.value?.summary ?? null)
  const after = useAppState((state) => state.after.value?.summary ?? null)
  useEffect(() => {
    if (answer === null) return
    for (const [side, summary] of [['before', before], ['after', after]] as const) {
      const files = new Set([
        ...answer.differs.flatMap((each) => [each[side].rule, ...each.cause[side]]).flatMap((span) => (span === null ? [] : [span.file])),
        ...answer.unknown.map((region) => region.at.file),
      ])
      for (const file of summary?.files ?? []) {
        if (files.has(file.path) && file.bytes <= lineTextLimitBytes) void actions.ensureText(summary?.configId ?? '', file.path)
      }
    }
  }, [actions, answer, before, after])
}
