import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { buildScene } from '#shared/layout/scene-builder.ts'
import { drawScene } from '#shared/render/draw-scene.ts'
import { renderSvg } from '#shared/render/svg.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { Picture, PictureMarks, PictureOptions, TopologyOptions } from '#shared/rpc/payloads.ts'
import type { Scene } from '#shared/layout/scene.ts'
import type { Moment } from '#shared/view/live-facts.ts'
import type { LivePictureOptions } from '#shared/view/live-picture.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import { noTraffic, toTrafficMarks } from '#shared/view/traffic-marks.ts'
import { behaviourOf } from './behaviour.ts'
import { titleOf, type Pair, type PairStore } from './pairs.ts'
import type { Ports } from './ports.ts'
import { maskSecrets } from './secrets.ts'

const mimeTypes = { svg: 'image/svg+xml', png: 'image/png', pdf: 'application/pdf' } as const

/** Pictures for files: the whole graph, with title, legend, time, source and config hash, secrets masked. */
export function exportHandlers(ports: Ports, pairs: PairStore): Pick<Handlers<SteelyardContract>, 'export.picture' | 'export.marks'> {
  return {
    async 'export.picture'({ before, after, topology, picture }) {
      const pair = pairs(before, after)
      if (!pair.ok) return pair
      return pictureFile(ports, pair.value, topology, picture)
    },
    async 'export.marks'({ before, after, topology, picture }) {
      const pair = pairs(before, after)
      if (!pair.ok) return pair
      const drawing = drawScene(sceneOf(ports, pair.value, topology), textsOf(ports, pair.value, picture))
      return ok({ name: fileNameOf(titleOf(pair.value.before, pair.value.after)), drawing } satisfies PictureMarks)
    },
  }
}

/** The drawn picture as a file that is named after what it shows. */
export async function pictureFile(ports: Ports, pair: Pair, topology: TopologyOptions, picture: PictureOptions, traffic: DrawnTraffic | null = null): Promise<Result<Picture>> {
  const drawn = await drawPicture(ports, pair, topology, picture, traffic)
  if (!drawn.ok) return drawn
  const { bytes, width, height } = drawn.value
  const name = `${fileNameOf(titleOf(pair.before, pair.after))}${traffic === null ? '' : '-live'}.${picture.format}`
  return ok({ name, mime: mimeTypes[picture.format], base64: ports.bytes.toBase64(bytes), width, height })
}

export interface DrawnPicture {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
}

/** Traffic that is drawn on the picture: one poll, where it came from, and when it was. */
export interface DrawnTraffic extends Pick<LivePictureOptions, 'unit' | 'colour' | 'stale' | 'sparks'> {
  readonly moment: Moment
  /** As people wrote it, without a password. */
  readonly source: string
  /** ISO 8601 with zone. */
  readonly timeText: string
}

/** `traffic`: what runs is drawn instead of what changed; null: the config alone. */
export async function drawPicture(ports: Ports, pair: Pair, topology: TopologyOptions, picture: PictureOptions, traffic: DrawnTraffic | null = null): Promise<Result<DrawnPicture>> {
  const scene = traffic === null ? sceneOf(ports, pair, topology) : await liveScene(pair, topology, traffic)
  const plain = textsOf(ports, pair, picture)
  const texts = traffic === null ? plain : { ...plain, source: `${plain.source} · traffic of ${traffic.source}`, timeText: traffic.timeText }
  if (picture.format === 'pdf') return drawPdf(ports, scene, texts)
  const svg = renderSvg(scene, texts)
  if (picture.format === 'png') return ports.raster.png(svg, picture.scale)
  const { width, height } = sizeOf(svg)
  return ok({ bytes: ports.bytes.fromText(svg), width, height })
}

type Texts = Parameters<typeof renderSvg>[1]

async function drawPdf(ports: Ports, scene: Scene, texts: Texts): Promise<Result<DrawnPicture>> {
  const fonts = await ports.raster.fonts()
  if (!fonts.ok) return fonts
  const { renderPdf } = await import('#shared/render/pdf.ts')
  const bytes = renderPdf(scene, texts, fonts.value, ports.raster.deflate)
  const { width, height } = sizeOf(renderSvg(scene, texts))
  return ok({ bytes, width, height })
}

/** The picture of a pair as SVG text, for reports. */
export function pictureSvg(ports: Ports, pair: Pair, topology: TopologyOptions, picture: PictureOptions): string {
  return renderSvg(sceneOf(ports, pair, topology), textsOf(ports, pair, picture))
}

/** A difference shows where requests that are treated differently pass. */
function sceneOf(ports: Ports, pair: Pair, topology: TopologyOptions): Scene {
  const { view, totals } = pair.focus(topology)
  return buildScene(maskView(view), totals.hiddenByFilter + totals.hiddenByLimit, pair.before === null ? noTraffic : toTrafficMarks(behaviourOf(ports, pair), view))
}

/** Flows follow from the whole picture: boxes that are left out make bounds of them. */
async function liveScene(pair: Pair, topology: TopologyOptions, traffic: DrawnTraffic): Promise<Scene> {
  const { toLiveMarks } = await import('#shared/view/live-picture.ts')
  const { view, totals } = pair.focus(topology)
  const hidden = totals.hiddenByFilter + totals.hiddenByLimit
  const masked = maskView(view)
  return buildScene(masked, hidden, noTraffic, toLiveMarks(traffic.moment, masked, { ...traffic, hidden }))
}

function textsOf(ports: Ports, pair: Pair, picture: Pick<PictureOptions, 'theme' | 'title'>): Texts {
  const { before, after } = pair
  const short = (hash: string): string => hash.slice(0, 12)
  return {
    theme: picture.theme, legend: true, timeText: ports.clock.now(),
    title: picture.title === '' ? titleOf(before, after) : picture.title,
    source: before === null || before.summary.source === after.summary.source ? after.summary.source : `${before.summary.source} → ${after.summary.source}`,
    hash: before === null ? short(after.summary.hash) : `${short(before.summary.hash)} → ${short(after.summary.hash)}`,
  }
}

function sizeOf(svg: string): { readonly width: number; readonly height: number } {
  const size = /<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg.slice(0, 1000))
  return { width: Number(size?.[1] ?? 0), height: Number(size?.[2] ?? 0) }
}

/** Conditions may quote an authorization header or a key; what leaves as a picture does not. */
function maskView(view: TopologyView): TopologyView {
  const mask = (lines: readonly string[]): readonly string[] => lines.map(maskSecrets)
  return {
    ...view,
    nodes: view.nodes.map((node) => ({ ...node, title: maskSecrets(node.title), lines: mask(node.lines), changes: mask(node.changes), ...(node.details === undefined ? {} : { details: mask(node.details) }) })),
    edges: view.edges.map((edge) => (edge.label === '' ? edge : { ...edge, label: maskSecrets(edge.label) })),
  }
}

/** A name that every file system takes. */
function fileNameOf(title: string): string {
  const plain = title.replace(/→/g, 'to').replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '').slice(0, 100)
  return plain === '' ? 'topology' : plain
}
