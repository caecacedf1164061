import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { badAnswer, foreignAnswer, type StatTable } from './stat-table.ts'
import { toStatTable, type StatValue } from './typed.ts'

/**
 * `show stat json`, or the page with `;json`.
 *
 * Only for answers that somebody saved: HAProxy does not escape what servers say, so the form can break and can be
 * forged. The client never asks for it.
 * Errors: `bad-answer` for what is no valid JSON or has another shape.
 * Source: HAProxy management guide, "show stat json"; "show schema json".
 */
export function parseStatJson(text: string): Result<StatTable> {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return badAnswer(`It answers ${foreignAnswer(text) ?? `JSON that is not valid (${(error as Error).message})`}.`)
  }
  const values: StatValue[] = []
  for (const group of Array.isArray(data) ? (data as readonly unknown[]) : []) {
    for (const item of Array.isArray(group) ? (group as readonly unknown[]) : []) {
      const { objType, proxyId, id, processNum, field, value } = (item ?? {}) as Partial<Item>
      if (typeof field?.name !== 'string' || value === undefined || objType === undefined) continue
      values.push({ row: `${objType}.${proxyId ?? ''}.${id ?? ''}.${processNum ?? ''}`, column: field.name, value: String(value.value) })
    }
  }
  if (values.length === 0) return badAnswer('The JSON it answers holds no statistics.')
  return ok(toStatTable(values))
}

interface Item {
  readonly objType: string
  readonly proxyId: number
  readonly id: number
  readonly processNum: number
  readonly field: { readonly name: string }
  readonly value: { readonly value: string | number }
}
