import { toCount, toNumber } from './metrics/samples.ts'
import type { Count } from './snapshot.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** Undefined: the text is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** What came instead of an answer, for a sentence that begins with what gave it. */
export function foreignJson(text: string): string {
  return /^\s*</.test(text) ? 'answers a web page' : readJson(text) === undefined ? 'answers something that is no JSON, or only a part of it' : 'answers JSON of another form'
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object at a name; an empty one where there is none. */
export function objectAt(value: unknown, name: string): JsonObject {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return isObject(found) ? found : {}
}

export function listAt(value: unknown, name: string): readonly unknown[] {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return Array.isArray(found) ? found : []
}

/** Null: there is no text of that name. */
export function textAt(value: unknown, name: string): string | null {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof found === 'string' ? found : null
}

/** A counter, written as a number or as a text; null: there is none. */
export function countAt(value: unknown, name: string): Count {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof found === 'number' || typeof found === 'string' ? toCount(String(found)) : null
}

export function numberAt(value: unknown, name: string): number | null {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof found === 'number' || (typeof found === 'string' && found !== '') ? toNumber(String(found)) : null
}
