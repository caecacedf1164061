/** A condition on a label, as in `{job="haproxy"}`. */
export interface LabelMatcher {
  readonly name: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

const longestValue = 500
const mostMatchers = 20

/**
 * Conditions as they stand behind the `?` of an address: `job=haproxy&instance=~lb[12]:.*`, with `%` escapes. A text says
 * what is wrong with it.
 */
export function parseMatchers(written: string): readonly LabelMatcher[] | string {
  const matchers: LabelMatcher[] = []
  for (const part of written.split('&')) {
    if (part === '') continue
    const text = decode(part)
    if (text === null) return `"${part}" is not encoded as an address wants it.`
    const match = /^([a-zA-Z_][a-zA-Z0-9_]*)(=~|!=|!~|=)([^]*)$/.exec(text)
    if (match === null) return `"${text}" is no condition on a label: write LABEL=VALUE, or LABEL=~PATTERN.`
    const [, name, operator, value] = match as unknown as [string, string, LabelMatcher['operator'], string]
    if (name === '__name__') return 'The names of the metrics are chosen by Steelyard; choose balancers by their other labels.'
    if (value.length > longestValue || /[\u0000-\u001f\u007f]/.test(value)) return `The value of ${name} is not one of a label.`
    matchers.push({ name, operator, value })
  }
  return matchers.length > mostMatchers ? `More than ${mostMatchers} conditions on labels.` : matchers
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return null
    throw error
  }
}

/** The condition in the language of Prometheus. */
export function renderMatcher({ name, operator, value }: LabelMatcher): string {
  return `${name}${operator}"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`
}
