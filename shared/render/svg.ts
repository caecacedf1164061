import type { Face } from '#shared/layout/measure.ts'
import type { Scene } from '#shared/layout/scene.ts'
import { drawScene } from './draw-scene.ts'
import type { Drawing, Mark, Stroke } from './drawing.ts'
import { shortNumber as short } from './short-number.ts'
import type { PictureTexts } from './title-block.ts'

/**
 * The whole scene as one SVG file with title block and legend.
 *
 * Text stays text; only presentation attributes are used, so that browsers, editors and rasterizers agree. Same input,
 * same bytes. Names that had to be shortened carry the whole name as a tooltip. Fonts are named, not embedded: without
 * Inter and JetBrains Mono installed a viewer takes its own sans-serif and monospace. Errors: none.
 */
export function renderSvg(scene: Scene, texts: PictureTexts): string {
  return drawingToSvg(drawScene(scene, texts))
}

/** Inter 400 is inherited from the root; the others say how they differ. */
const families: Readonly<Record<Face, string>> = { ui: '', uiBold: ' font-weight="600"', mono: ' font-family="JetBrains Mono, ui-monospace, monospace"' }

function drawingToSvg(drawing: Drawing): string {
  const defs = new Map<string, string>()
  let body = ''
  for (const mark of drawing.marks) body += markToSvg(mark, defs)
  const { width, height } = drawing
  return `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="Inter, system-ui, sans-serif" font-weight="400">\n` +
    `<title>${escapeText(drawing.title)}</title>\n<desc>${escapeText(drawing.description)}</desc>\n` +
    `${defs.size === 0 ? '' : `<defs>${[...defs.values()].join('')}</defs>\n`}${body}</svg>\n`
}

function markToSvg(mark: Mark, defs: Map<string, string>): string {
  switch (mark.kind) {
    case 'rect': {
      if (mark.opacity === 0) return ''
      return `<rect x="${short(mark.x)}" y="${short(mark.y)}" width="${short(mark.width)}" height="${short(mark.height)}"${mark.radius > 0 ? ` rx="${short(mark.radius)}"` : ''}${paint(mark.fill, mark.stroke)}${mark.opacity === 1 ? '' : ` opacity="${short(mark.opacity)}"`}/>\n`
    }
    case 'curve': {
      const bend = short((mark.x1 + mark.x2) / 2)
      return `<path d="M${short(mark.x1)} ${short(mark.y1)}C${bend} ${short(mark.y1)} ${bend} ${short(mark.y2)} ${short(mark.x2)} ${short(mark.y2)}"${paint(null, mark.stroke)}${mark.stroke.dash.length > 0 && mark.stroke.flat === undefined ? ' stroke-linecap="round"' : ''}${mark.opacity === 1 ? '' : ` opacity="${short(mark.opacity)}"`}/>\n`
    }
    case 'circle':
      return `<circle cx="${short(mark.x)}" cy="${short(mark.y)}" r="${short(mark.radius)}"${paint(mark.fill, mark.stroke)}/>\n`
    case 'polygon': {
      let points = ''
      for (let at = 0; at < mark.points.length; at += 2) points += `${at === 0 ? '' : ' '}${short(mark.points[at] as number)},${short(mark.points[at + 1] as number)}`
      return `<${mark.closed ? 'polygon' : 'polyline'} points="${points}"${paint(mark.fill, mark.stroke)}${mark.stroke === null ? '' : ' stroke-linecap="round" stroke-linejoin="round"'}/>\n`
    }
    case 'text': {
      const anchor = mark.anchor === 'start' ? '' : ` text-anchor="${mark.anchor}"`
      const spacing = mark.spacing === 0 ? '' : ` letter-spacing="${short(mark.spacing)}"`
      const tooltip = mark.whole === '' ? '' : `<title>${escapeText(mark.whole)}</title>`
      // Without it, viewers fold several blanks into one.
      const blanks = mark.text.includes('  ') ? ' xml:space="preserve"' : ''
      return `<text x="${short(mark.x)}" y="${short(mark.y)}"${families[mark.face]} font-size="${short(mark.size)}" fill="${mark.colour}"${anchor}${spacing}${blanks}>${tooltip}${escapeText(mark.text)}</text>\n`
    }
    case 'hatch': {
      const id = `hatch-${mark.colour.slice(1)}`
      defs.set(id, `<pattern id="${id}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="7" fill="${mark.colour}"/></pattern>`)
      return `<rect x="${short(mark.x)}" y="${short(mark.y)}" width="${short(mark.width)}" height="${short(mark.height)}" rx="${short(mark.radius)}" fill="url(#${id})"/>\n`
    }
    case 'dots': {
      defs.set('dots', `<pattern id="dots" width="22" height="22" patternUnits="userSpaceOnUse"><circle cx="1" cy="1" r="0.9" fill="${mark.colour}"/></pattern>`)
      return `<rect width="${short(mark.width)}" height="${short(mark.height)}" fill="url(#dots)"/>\n`
    }
  }
}

function paint(fill: string | null, stroke: Stroke | null): string {
  const line = stroke === null ? '' : ` stroke="${stroke.colour}" stroke-width="${short(stroke.width)}"${stroke.dash.length === 0 ? '' : ` stroke-dasharray="${stroke.dash.map(short).join(' ')}"`}`
  return ` fill="${fill ?? 'none'}"${line}`
}

const special = /[&<>"']/
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeText(text: string): string {
  return special.test(text) ? text.replace(/[&<>"']/g, (sign) => entities[sign] as string) : text
}
