/** One fetch or converter with its arguments. Offsets count inside the text given to `parseSampleText`. */
export interface SampleCall {
  readonly name: string
  /** Values after the second level of quoting; no parentheses and `()` both give none. */
  readonly args: readonly string[]
  readonly start: number
  readonly end: number
  readonly argSpans: readonly { readonly start: number; readonly end: number }[]
}

export interface SampleText {
  readonly calls: readonly SampleCall[]
  /** Where reading stopped: the whole text when it is sound, else the place of the fault. */
  readonly end: number
  /** Plain sentence; null: sound. */
  readonly problem: string | null
}

/**
 * A sample expression such as `req.hdr(host),field(1,:),lower` as a list of calls, fetch first.
 *
 * Blanks around a comma belong to the argument. Inside the parentheses quotes and `\\`, `\'`, `\"`, `\ `, `\n`, `\r`, `\t`, `\,`
 * are resolved once more; any other backslash stays.
 * Errors: none thrown; `problem` names a missing parenthesis or quote, and the calls before it stand.
 * Source: HAProxy configuration manual, section 2.2; arguments verified with `.if streq(…)` on 2.6.12.
 */
export function parseSampleText(text: string): SampleText {
  const calls: SampleCall[] = []
  let at = 0
  for (;;) {
    const start = at
    while (at < text.length && text.charAt(at) !== ',' && text.charAt(at) !== '(') at += 1
    const name = text.slice(start, at)
    if (text.charAt(at) === '(') {
      const list = splitArguments(text, at)
      if (list.problem !== null) return { calls, end: list.end, problem: list.problem }
      at = list.end
      calls.push({ name, args: list.args, start, end: at, argSpans: list.spans })
    } else {
      calls.push({ name, args: [], start, end: at, argSpans: [] })
    }
    if (at >= text.length) return { calls, end: at, problem: null }
    if (text.charAt(at) !== ',') return { calls, end: at, problem: `A comma is missing before '${text.slice(at)}'.` }
    at += 1
    if (at >= text.length) return { calls, end: at, problem: null }
  }
}

export interface ArgumentList {
  readonly args: readonly string[]
  readonly spans: readonly { readonly start: number; readonly end: number }[]
  /** Offset after the closing parenthesis. */
  readonly end: number
  readonly problem: string | null
}

/** Arguments of the list that opens with `(` at `open`. `()` is an empty list; `(a,)` has an empty second argument. */
export function splitArguments(text: string, open: number): ArgumentList {
  const args: string[] = []
  const spans: { start: number; end: number }[] = []
  let at = open + 1
  if (text.charAt(at) === ')') return { args, spans, end: at + 1, problem: null }
  let start = at
  let value = ''
  let quote = ''
  while (at < text.length) {
    const byte = text.charAt(at)
    if (byte === quote && quote !== '') {
      quote = ''
      at += 1
    } else if (quote === '' && (byte === '"' || byte === "'")) {
      quote = byte
      at += 1
    } else if (byte === '\\' && quote !== "'" && at + 1 < text.length) {
      const next = text.charAt(at + 1)
      const special = next === 'n' ? '\n' : next === 'r' ? '\r' : next === 't' ? '\t' : next === '\\' || next === '"' || next === "'" || next === ' ' ? next : null
      value += special ?? '\\'
      at += special === null ? 1 : 2
    } else if (quote === '' && (byte === ',' || byte === ')')) {
      args.push(value)
      spans.push({ start, end: at })
      at += 1
      if (byte === ')') return { args, spans, end: at, problem: null }
      start = at
      value = ''
    } else {
      value += byte
      at += 1
    }
  }
  return { args, spans, end: text.length, problem: quote === '' ? "The closing ')' of the arguments is missing." : 'A quote inside the arguments is not closed.' }
}
