import type { Change, Tone } from '#shared/presentation/presentation.ts'

/** Colours and fonts of the current theme, read once from the design tokens so that canvas and document agree. */
export interface Palette {
  readonly bg: string
  readonly surface: string
  readonly raised: string
  readonly sunken: string
  readonly line: string
  readonly lineStrong: string
  readonly text: string
  readonly text2: string
  readonly text3: string
  readonly brass: string
  readonly same: string
  readonly flow: string
  readonly flowLow: string
  readonly flowHigh: string
  readonly tone: Readonly<Record<Tone, string>>
  readonly fontUi: string
  readonly fontMono: string
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  // A canvas spells every colour as #rrggbb; the build may have shortened it to three digits or to a name.
  const speller = document.createElement('canvas').getContext('2d')
  const token = (name: string): string => {
    if (speller === null) return style.color
    speller.fillStyle = '#808080'
    speller.fillStyle = style.getPropertyValue(`--${name}`).trim()
    return speller.fillStyle
  }
  const font = (name: string): string => style.getPropertyValue(`--${name}`).trim() || style.fontFamily
  return {
    bg: token('bg'), surface: token('surface'), raised: token('raised'), sunken: token('sunken'), line: token('line'), lineStrong: token('line-strong'),
    text: token('text'), text2: token('text-2'), text3: token('text-3'), brass: token('brass'), same: token('same'), flow: token('flow-mid'), flowLow: token('flow-low'), flowHigh: token('flow-high'),
    tone: {
      neutral: token('line-strong'), added: token('added'), removed: token('removed'), changed: token('changed'), same: token('line-strong'),
      critical: token('critical'), warning: token('warning'), notice: token('notice'), ok: token('ok'), down: token('critical'), maintenance: token('maint'), unknown: token('text-3'),
    },
    fontUi: font('font-ui'), fontMono: font('font-mono'),
  }
}

/** What a change looks like: renamed and moved share the colour of a change, their words differ. */
export function toneOfChange(change: Change): Tone {
  if (change === 'added' || change === 'removed' || change === 'same') return change
  return 'changed'
}
