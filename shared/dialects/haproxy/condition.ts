import { splitArguments } from './samples.ts'
import type { ConditionalEnvironment } from './conditionals.ts'
import { isVersionAtLeast } from './versions.ts'

/** `value` null: cannot be known here, `reason` says why. */
export interface ConditionAnswer {
  readonly value: boolean | null
  readonly reason: string
}

const deepest = 1024

/**
 * Truth of the text of an `.if` or `.elif`, three-valued: `A && unknown` is false when A is false.
 *
 * Shape: `or := and { "||" and }`, `and := term { "&&" term }`, `term := {"!"} ( integer | "(" or ")" | name[(args)] )`; empty text is false.
 * Errors: none thrown. Text the product would refuse gives `value: null` with a reason.
 * Source: HAProxy configuration manual, section 2.4; precedence and argument rules run on 2.6.12.
 */
export function evaluateCondition(text: string, environment: ConditionalEnvironment): ConditionAnswer {
  const reader = { text, at: 0 }
  skipBlanks(reader)
  if (reader.at >= text.length) return known(false)
  const answer = readOr(reader, environment, deepest)
  skipBlanks(reader)
  if (answer.fault !== undefined) return { value: null, reason: answer.fault }
  if (reader.at < text.length) return { value: null, reason: `HAProxy refuses '${text.slice(reader.at)}' at the end of the condition.` }
  return answer
}

interface Reader {
  readonly text: string
  at: number
}

/** `fault`: the text is malformed, and reading stops. */
interface Read extends ConditionAnswer {
  readonly fault?: string
}

function known(value: boolean): Read {
  return { value, reason: '' }
}

function fault(reason: string): Read {
  return { value: null, reason, fault: reason }
}

function skipBlanks(reader: Reader): void {
  while (reader.text.charAt(reader.at) === ' ' || reader.text.charAt(reader.at) === '\t') reader.at += 1
}

function readOr(reader: Reader, environment: ConditionalEnvironment, depth: number): Read {
  let left = readAnd(reader, environment, depth)
  for (;;) {
    if (left.fault !== undefined) return left
    skipBlanks(reader)
    if (!reader.text.startsWith('||', reader.at)) return left
    reader.at += 2
    const right = readAnd(reader, environment, depth)
    if (right.fault !== undefined) return right
    left = left.value === true || right.value === true ? known(true) : left.value === null ? left : right.value === null ? right : known(false)
  }
}

function readAnd(reader: Reader, environment: ConditionalEnvironment, depth: number): Read {
  let left = readTerm(reader, environment, depth)
  for (;;) {
    if (left.fault !== undefined) return left
    skipBlanks(reader)
    if (!reader.text.startsWith('&&', reader.at)) return left
    reader.at += 2
    const right = readTerm(reader, environment, depth)
    if (right.fault !== undefined) return right
    left = left.value === false || right.value === false ? known(false) : left.value === null ? left : right.value === null ? right : known(true)
  }
}

function readTerm(reader: Reader, environment: ConditionalEnvironment, depth: number): Read {
  if (depth <= 0) return fault('The condition is nested too deeply.')
  skipBlanks(reader)
  let negated = false
  while (reader.text.charAt(reader.at) === '!') {
    negated = !negated
    reader.at += 1
    skipBlanks(reader)
  }
  const answer = readPlainTerm(reader, environment, depth)
  return negated && answer.value !== null ? known(!answer.value) : answer
}

function readPlainTerm(reader: Reader, environment: ConditionalEnvironment, depth: number): Read {
  const { text } = reader
  const integer = /^[+-]?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text.slice(reader.at, reader.at + 64))
  if (integer !== null) {
    reader.at += integer[0].length
    return known(!/^[+-]?(0[xX])?0*$/.test(integer[0]))
  }
  if (text.charAt(reader.at) === '(') {
    reader.at += 1
    const inner = readOr(reader, environment, depth - 1)
    if (inner.fault !== undefined) return inner
    skipBlanks(reader)
    if (text.charAt(reader.at) !== ')') return fault(`A ')' is missing in the condition '${text}'.`)
    reader.at += 1
    return inner
  }
  const name = /^[a-z0-9_]+/.exec(text.slice(reader.at, reader.at + 64))?.[0] ?? ''
  if (name === '') return fault(`HAProxy cannot read the condition at '${text.slice(reader.at)}'.`)
  const open = reader.at + name.length
  if (open < text.length && text.charAt(open) !== '(') return fault(`HAProxy cannot read the condition at '${text.slice(reader.at)}'.`)
  let args: readonly string[] = []
  if (open < text.length) {
    const list = splitArguments(text, open)
    if (list.problem !== null) return fault(list.problem)
    args = list.args
    reader.at = list.end
  } else {
    reader.at = open
  }
  return callPredicate(name, args, environment)
}

/** First version of the functions that 2.6.12 refuses when run; a version without a function refuses the whole condition. */
const since: Readonly<Record<string, readonly [number, number]>> = { strstr: [2, 8], enabled: [2, 8], awslc_api_atleast: [3, 2], awslc_api_before: [3, 2] }

const arity: Readonly<Record<string, readonly [number, number]>> = {
  defined: [0, 1], feature: [0, 1], streq: [2, 2], strneq: [2, 2], strstr: [2, 2], version_atleast: [0, 1], version_before: [0, 1],
  enabled: [1, 1], openssl_version_atleast: [1, 1], openssl_version_before: [1, 1], ssllib_name_startswith: [1, 1],
  awslc_api_atleast: [1, 1], awslc_api_before: [1, 1],
}

function callPredicate(name: string, args: readonly string[], environment: ConditionalEnvironment): Read {
  const bounds = arity[name]
  if (bounds === undefined) return fault(`The function '${name}' of this condition is not known.`)
  const first = since[name]
  if (first !== undefined && !isVersionAtLeast(environment.version, first[0], first[1])) return fault(`HAProxy ${environment.version} does not know '${name}'.`)
  if (args.length < bounds[0] || args.length > bounds[1]) return fault(`'${name}' takes ${String(bounds[1])} argument${bounds[1] === 1 ? '' : 's'} and has ${String(args.length)}.`)
  const text = args[0] ?? ''
  const second = args[1] ?? ''
  switch (name) {
    case 'defined': return known(Object.hasOwn(environment.variables, text))
    case 'streq': return known(text === second)
    case 'strneq': return known(text !== second)
    case 'strstr': return known(text.includes(second))
    case 'version_atleast': {
      const order = compareVersions(environment.version, text)
      return order === null ? { value: null, reason: `Whether version ${environment.version} is at least ${text} depends on its patch level.` } : known(order >= 0)
    }
    case 'version_before': {
      const order = compareVersions(environment.version, text)
      return order === null ? { value: null, reason: `Whether version ${environment.version} is older than ${text} depends on its patch level.` } : known(order < 0)
    }
    case 'feature':
      if (environment.features === undefined) return { value: null, reason: `Whether HAProxy was built with ${text} is not known.` }
      return known(environment.features.includes(text))
    default:
      return { value: null, reason: `The answer of ${name}(${args.join(',')}) depends on the machine HAProxy runs on.` }
  }
}

/** Below 0: `have` is older than `asked`; null: `have` names fewer parts than `asked` and agrees so far. */
function compareVersions(have: string, asked: string): number | null {
  const left = versionParts(have)
  const right = versionParts(asked)
  for (let part = 0; part < right.numbers.length; part += 1) {
    const mine = left.numbers[part]
    const theirs = right.numbers[part] as number
    if (mine === undefined) return left.development === null && theirs === 0 ? 0 : null
    if (mine !== theirs) return mine - theirs
  }
  if (left.numbers.length > right.numbers.length && left.numbers.slice(right.numbers.length).some((part) => part > 0)) return 1
  // A development version stands before the release of the same number.
  return (left.development ?? Number.POSITIVE_INFINITY) === (right.development ?? Number.POSITIVE_INFINITY)
    ? 0
    : (left.development ?? Number.POSITIVE_INFINITY) - (right.development ?? Number.POSITIVE_INFINITY)
}

function versionParts(version: string): { readonly numbers: readonly number[]; readonly development: number | null } {
  const [release = '', ...suffix] = version.split('-')
  const development = /^dev(\d+)/.exec(suffix[0] ?? '')
  return { numbers: release.split('.').map((part) => Number.parseInt(part, 10) || 0), development: development === null ? null : Number(development[1]) }
}
