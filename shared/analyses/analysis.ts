import type { RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Sentence, Table } from '#shared/presentation/presentation.ts'

export type AnalysisId = string

/** What an analysis looks at. `before` is null where only one config is open, `request` where none was written. */
export interface AnalysisInput {
  readonly after: RoutingModel
  readonly before: RoutingModel | null
  readonly request: RequestInput | null
}

/** Every analysis presents itself in the same building blocks, so screens and reports show a new one unedited. */
export interface Presentation {
  readonly headline: Sentence
  readonly sentences: readonly Sentence[]
  readonly tables: readonly Table[]
}

/** One analysis: one folder and one line in the registry. */
export interface Analysis {
  readonly id: AnalysisId
  /** The question it answers, as a person asks it. */
  readonly question: string
  readonly needs: 'one-config' | 'two-configs' | 'one-config-and-request'
  /** Deterministic; null when the input lacks what `needs` names. */
  present(input: AnalysisInput): Presentation | null
}
