/** Width of a text in a font, pixels. */
export type Measure = (font: string, text: string) => number

/** Measures with a canvas and remembers: the same few hundred words come back every frame. */
export function createMeasure(): Measure {
  const context = document.createElement('canvas').getContext('2d')
  const known = new Map<string, number>()
  return (font, text) => {
    const key = `${font}\n${text}`
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size > 50_000) known.clear()
    if (context !== null) context.font = font
    const width = context === null ? text.length * 7 : context.measureText(text).width
    known.set(key, width)
    return width
  }
}

/** The text, or as much of its start as fits before an ellipsis. Boxes carry no clipping style, so text is cut here. */
export function fitText(text: string, font: string, width: number, measure: Measure): string {
  if (measure(font, text) <= width) return text
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (measure(font, `${text.slice(0, middle).trimEnd()}…`) <= width) low = middle
    else high = middle - 1
  }
  return low === 0 ? '…' : `${text.slice(0, low).trimEnd()}…`
}
