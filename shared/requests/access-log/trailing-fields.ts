/** One field of a text line: `value`, `"quoted value"`, `key=value` or `key="quoted value"`. */
export interface TrailingField {
  /** Lower case; null: the field does not say what it is. */
  readonly key: string | null
  readonly value: string
  readonly quoted: boolean
}

const maximumFields = 64

/**
 * Fields from offset `from` on, separated by blanks.
 *
 * Escapes of nginx (`\x22`) and Apache (`\"`, `\\`) are undone. Errors: null for a quote that is not closed, as in a line
 * that was cut off.
 */
export function trailingFields(line: string, from: number): readonly TrailingField[] | null {
  const fields: TrailingField[] = []
  let at = from
  while (at < line.length && fields.length < maximumFields) {
    if (line[at] === ' ') {
      at += 1
      continue
    }
    let key: string | null = null
    const equal = /^([A-Za-z_][A-Za-z0-9_-]{0,40})=/.exec(line.slice(at, at + 42))
    if (equal !== null) {
      key = (equal[1] as string).toLowerCase()
      at += equal[0].length
    }
    if (line[at] === '"') {
      const end = closingQuote(line, at + 1)
      if (end === -1) return null
      fields.push({ key, value: unescapeText(line.slice(at + 1, end)), quoted: true })
      at = end + 1
    } else {
      const blank = line.indexOf(' ', at)
      const end = blank === -1 ? line.length : blank
      fields.push({ key, value: line.slice(at, end), quoted: false })
      at = end
    }
  }
  return fields
}

function closingQuote(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    const code = line.charCodeAt(at)
    if (code === 92) at += 1
    else if (code === 34) return at
  }
  return -1
}

function unescapeText(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:x([0-9A-Fa-f]{2})|(.))/g, (_, hex: string | undefined, other: string | undefined) => (hex !== undefined ? String.fromCharCode(Number.parseInt(hex, 16)) : (escapes[other ?? ''] ?? other ?? '')))
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
const hostKeys: ReadonlySet<string> = new Set(['host', 'http_host', 'vhost', 'server_name', 'domain'])

/** Value of a field that says it is the host. */
export function hostField(fields: readonly TrailingField[]): string | null {
  return fields.find((field) => field.key !== null && hostKeys.has(field.key) && isHostName(field.value))?.value ?? null
}

/** A name with a dot whose last part has letters only, with or without port: neither an address nor a number nor `TLSv1.3`. */
export function isHostName(text: string): boolean {
  return text.length <= 260 && /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.[A-Za-z]{2,}(:\d{1,5})?$/.test(text)
}
