import type { Face } from '#shared/layout/measure.ts'

/**
 * A picture as a list of marks, painted in order. The scene is turned into marks once; SVG and PDF only write them
 * down, so both show the same.
 *
 * Units: pixels, origin top left, y down; a text stands on its baseline. Colours `#rrggbb`, opacity 0–1.
 */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly title: string
  readonly description: string
  readonly marks: readonly Mark[]
}

export interface Stroke {
  readonly colour: string
  readonly width: number
  /** Lengths of dash and gap; empty: solid. */
  readonly dash: readonly number[]
  /** Dashes of a curve end flat, as stripes across it; else they are round. */
  readonly flat?: true
}

export type Mark =
  | { readonly kind: 'rect'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly radius: number; readonly fill: string | null; readonly stroke: Stroke | null; readonly opacity: number }
  /** From (x1, y1) to (x2, y2), leaving and arriving level. */
  | { readonly kind: 'curve'; readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number; readonly stroke: Stroke; readonly opacity: number }
  | { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly radius: number; readonly fill: string | null; readonly stroke: Stroke | null }
  | { readonly kind: 'polygon'; readonly points: readonly number[]; readonly closed: boolean; readonly fill: string | null; readonly stroke: Stroke | null }
  /** `whole`: the text before it was shortened to fit, shown on hover where the format can; empty if it is whole. */
  | { readonly kind: 'text'; readonly x: number; readonly y: number; readonly text: string; readonly face: Face; readonly size: number; readonly colour: string; readonly anchor: 'start' | 'middle' | 'end'; readonly spacing: number; readonly whole: string }
  /** Slanted lines over an area: "unknown". */
  | { readonly kind: 'hatch'; readonly x: number; readonly y: number; readonly width: number; readonly height: number; readonly radius: number; readonly colour: string }
  /** Dotted ground. */
  | { readonly kind: 'dots'; readonly width: number; readonly height: number; readonly colour: string }

const controls = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/g
const halfSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/**
 * Text that can be drawn: tabs and line ends become blanks; other control characters and those that turn the reading
 * direction go away, so that a name in a config cannot disguise itself; half surrogates become the replacement sign.
 */
export function plainText(text: string): string {
  if (isPlain(text)) return text
  return text.replace(/[\t\n\r]+/g, ' ').replace(controls, '').replace(halfSurrogates, '\ufffd')
}

/** Only printable Latin: nearly every name, and nothing to do. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || (code > 0x7e && code < 0xa0) || code > 0x24f) return false
  }
  return true
}
