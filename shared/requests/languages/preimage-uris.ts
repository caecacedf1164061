import { classesBy, joinClasses } from './byte-classes.ts'
import { dead, walk, type Language } from './language.ts'
import { packed } from './machines.ts'
import { hexValue } from './preimage-texts.ts'

const slash = 47
const question = 63
const dot = 46
const hash = 35
const percent = 37

const uriBytes = classesBy(byte => ([slash, question, dot, hash, percent].includes(byte) ? byte : 0))

/** Paths with query that a normalizer of `normalizeUri` turns into a member. Null: not modelled. */
export function beforeNormalize(language: Language, normalizer: string, argument: string | null): Language | null {
  const strict = argument === 'strict'
  switch (normalizer) {
    case 'path-merge-slashes': return beforeMergeSlashes(language)
    case 'path-strip-dot': return beforeStripDot(language)
    case 'percent-to-uppercase': return beforePercent(language, strict, pair => pair.toUpperCase())
    case 'percent-decode-unreserved': return beforePercent(language, strict, pair => {
      const character = String.fromCharCode(Number.parseInt(pair.slice(1), 16))
      return /^[A-Za-z0-9._~-]$/.test(character) ? character : pair
    })
    case 'fragment-strip': return beforeFragmentStrip(language)
    case 'fragment-encode': return {
      ...joinClasses([language, uriBytes]), start: language.start,
      step: (state, byte) => (byte === hash ? walk(language, state, '%23') : language.step(state, byte)),
      accepts: state => language.accepts(state),
    }
    default: return null
  }
}

function beforeMergeSlashes(language: Language): Language {
  const path = 0
  const behindSlash = 1
  const query = 2
  const pack = (state: number, mode: number): number => (state === dead ? dead : state * 3 + mode)
  return packed({
    ...joinClasses([language, uriBytes]), start: pack(language.start, path),
    step(code, byte) {
      const mode = code % 3
      const state = (code - mode) / 3
      if (mode === behindSlash && byte === slash) return code
      return pack(language.step(state, byte), mode === query || byte === question ? query : byte === slash ? behindSlash : path)
    },
    accepts: code => language.accepts(Math.floor(code / 3)),
  })
}

/** A `.` that is a whole segment behind a slash is held back until it is known to be one. */
function beforeStripDot(language: Language): Language {
  const path = 0
  const behindSlash = 1
  const behindDot = 2
  const query = 3
  const pack = (state: number, mode: number): number => (state === dead ? dead : state * 4 + mode)
  return packed({
    ...joinClasses([language, uriBytes]), start: pack(language.start, path),
    step(code, byte) {
      const mode = code % 4
      const state = (code - mode) / 4
      if (mode === query) return pack(language.step(state, byte), query)
      if (mode === behindSlash && byte === dot) return pack(state, behindDot)
      if (mode === behindDot && byte === slash) return pack(state, behindSlash)
      const from = mode === behindDot && byte !== question ? language.step(state, dot) : state
      if (from === dead) return dead
      return pack(language.step(from, byte), byte === question ? query : byte === slash ? behindSlash : path)
    },
    accepts: code => language.accepts(Math.floor(code / 4)),
  })
}

function beforeFragmentStrip(language: Language): Language {
  // Code 0: a member whatever follows.
  return packed({
    ...joinClasses([language, uriBytes]), start: language.start + 1,
    step(code, byte) {
      if (code === 0) return 0
      if (byte === hash) return language.accepts(code - 1) ? 0 : dead
      const next = language.step(code - 1, byte)
      return next === dead ? dead : next + 1
    },
    accepts: code => code === 0 || language.accepts(code - 1),
  })
}

const hexDigits = '0123456789abcdefABCDEF'

/** Complete percent sequences are replaced; in strict mode a broken one refuses the request, so it leads nowhere. */
function beforePercent(language: Language, strict: boolean, replace: (pair: string) => string): Language {
  const width = 2 + hexDigits.length
  const pack = (state: number, phase: number): number => (state === dead ? dead : state * width + phase)
  /** What is held back in a phase: nothing, a percent sign, or one and a digit. */
  const held = (phase: number): string => (phase === 0 ? '' : phase === 1 ? '%' : `%${hexDigits[phase - 2] ?? ''}`)
  const replaced = new Map<string, string>()
  for (const high of hexDigits) for (const low of hexDigits) replaced.set(`%${high}${low}`, replace(`%${high}${low}`))
  return packed({
    ...joinClasses([language, classesBy(byte => (byte === percent || hexValue(byte) !== -1 ? byte : 0))]), start: pack(language.start, 0),
    step(code, byte) {
      const phase = code % width
      const state = (code - phase) / width
      const isHex = hexValue(byte) !== -1
      if (phase === 1 && isHex) return pack(state, 2 + hexDigits.indexOf(String.fromCharCode(byte)))
      if (phase > 1 && isHex) return pack(walk(language, state, replaced.get(held(phase) + String.fromCharCode(byte)) ?? ''), 0)
      if (phase > 0 && strict) return dead
      const next = walk(language, state, held(phase))
      if (next === dead) return dead
      return byte === percent ? pack(next, 1) : pack(language.step(next, byte), 0)
    },
    accepts(code) {
      const phase = code % width
      if (phase > 0 && strict) return false
      const end = walk(language, (code - phase) / width, held(phase))
      return end !== dead && language.accepts(end)
    },
  })
}
