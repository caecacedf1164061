/** A validator that names the path of what is wrong. `parse` returns the value unchanged or throws `SchemaError`. */
export interface Schema<T> {
  readonly parse: (value: unknown, path?: string) => T
}

export type Infer<S> = S extends Schema<infer T> ? T : never

export class SchemaError extends Error {
  override readonly name = 'SchemaError'
  readonly path: string

  constructor(path: string, expected: string, value: unknown) {
    super(`${path === '' ? 'value' : path}: expected ${expected}, got ${describe(value)}`)
    this.path = path
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'string') return value.length > 40 ? `"${value.slice(0, 40)}…"` : `"${value}"`
  if (typeof value === 'object') return 'an object'
  return String(value)
}

function primitive<T>(expected: string, is: (value: unknown) => boolean): Schema<T> {
  return {
    parse(value, path = '') {
      if (!is(value)) throw new SchemaError(path, expected, value)
      return value as T
    },
  }
}

export const string: Schema<string> = primitive('a string', (value) => typeof value === 'string')
export const boolean: Schema<boolean> = primitive('true or false', (value) => typeof value === 'boolean')
export const number: Schema<number> = primitive('a finite number', (value) => typeof value === 'number' && Number.isFinite(value))
export const integer: Schema<number> = primitive('a whole number', (value) => Number.isSafeInteger(value))
/** A finite number within these bounds. */
export function within(from: number, to: number): Schema<number> {
  return primitive(`a number from ${from} to ${to}`, (value) => typeof value === 'number' && value >= from && value <= to)
}

/** Accepts anything that is plain JSON; the type is the caller's promise. */
export function json<T>(): Schema<T> {
  return { parse: (value) => value as T }
}

export function literal<const T extends string | number | boolean | null>(...values: readonly T[]): Schema<T> {
  return primitive(values.map((value) => JSON.stringify(value)).join(' or '), (value) => values.includes(value as T))
}

export function nullable<T>(inner: Schema<T>): Schema<T | null> {
  return { parse: (value, path = '') => (value === null ? null : inner.parse(value, path)) }
}

/** A key that may be missing. */
export function optional<T>(inner: Schema<T>): Schema<T | undefined> {
  return { parse: (value, path = '') => (value === undefined ? undefined : inner.parse(value, path)) }
}

export function array<T>(inner: Schema<T>): Schema<readonly T[]> {
  return {
    parse(value, path = '') {
      if (!Array.isArray(value)) throw new SchemaError(path, 'an array', value)
      value.forEach((item, index) => inner.parse(item, `${path}[${index}]`))
      return value as readonly T[]
    },
  }
}

export function record<T>(inner: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return {
    parse(value, path = '') {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SchemaError(path, 'an object', value)
      for (const [key, item] of Object.entries(value)) inner.parse(item, path === '' ? key : `${path}.${key}`)
      return value as Readonly<Record<string, T>>
    },
  }
}

type Shape = Readonly<Record<string, Schema<unknown>>>
type OptionalKeys<S extends Shape> = { [K in keyof S]: undefined extends Infer<S[K]> ? K : never }[keyof S]
type ObjectOf<S extends Shape> = { readonly [K in Exclude<keyof S, OptionalKeys<S>>]: Infer<S[K]> } & { readonly [K in OptionalKeys<S>]?: Infer<S[K]> }

/** An object with exactly these keys; an unknown key is an error. */
export function object<S extends Shape>(shape: S): Schema<ObjectOf<S>> {
  return {
    parse(value, path = '') {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SchemaError(path, 'an object', value)
      const given = value as Record<string, unknown>
      for (const key of Object.keys(shape)) (shape[key] as Schema<unknown>).parse(given[key], path === '' ? key : `${path}.${key}`)
      for (const key of Object.keys(given)) if (!(key in shape)) throw new SchemaError(path === '' ? key : `${path}.${key}`, 'no such key', given[key])
      return value as ObjectOf<S>
    },
  }
}

/** The first alternative that accepts. */
export function union<T extends readonly Schema<unknown>[]>(...alternatives: T): Schema<Infer<T[number]>> {
  return {
    parse(value, path = '') {
      let last: unknown
      for (const alternative of alternatives) {
        try {
          return alternative.parse(value, path) as Infer<T[number]>
        } catch (error) {
          last = error
        }
      }
      throw last
    },
  }
}
