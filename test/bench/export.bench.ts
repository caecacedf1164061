// G13: pictures of the whole graph by the own exporters against html-to-image on a stock React Flow page in Chromium.
// PNGs are drawn at the scale that gives --megapixels, the same for all (14.5: the picture of the first measurement).
//   --n 1000   --megapixels 14.5   --repetitions 5   --yardstick-repetitions 5 (0: leave the yardstick out)
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { rolldown } from 'rolldown'
import { buildScene } from '#shared/layout/scene-builder.ts'
import { exportFontFiles, loadExportFonts } from '#shared/node/export-fonts.ts'
import { nodeRaster } from '#shared/node/raster.ts'
import { rasterizePng } from '#shared/node/rasterize.ts'
import { drawScene } from '#shared/render/draw-scene.ts'
import { renderPdf } from '#shared/render/pdf.ts'
import { renderSvg } from '#shared/render/svg.ts'
import { readPdfText } from '#test/support/pdf-text.ts'
import { generateView } from './generate-graph.ts'
import { describe, figure, load, median, readFlags, timed, verdict } from './measure.ts'

const flags = readFlags()
const count = flags.number('n', 1000)
const repetitions = flags.number('repetitions', 5)
const yardstickRepetitions = flags.number('yardstick-repetitions', repetitions)
const scene = buildScene(generateView(count).view)
const texts = { theme: 'light', title: `${count} boxes`, source: 'haproxy.cfg', hash: 'sha256 0000', timeText: '2026-11-20 14:00 UTC', legend: true } as const
const fonts = loadExportFonts()
/** Pixels of a PNG per pixel of the scene. */
const scale = Math.min(1, Math.sqrt((flags.number('megapixels', 14.5) * 1e6) / (scene.width * scene.height)))

let svg = ''
let pdf: Uint8Array = new Uint8Array()
let png: Uint8Array = new Uint8Array()
let size = ''
let canvasBytes = 0
const own = { svg: [] as number[], pdf: [] as number[], png: [] as number[], canvas: [] as number[] }
const theirs = { svg: [] as number[], png: [] as number[] }
const runOwn = async (): Promise<void> => {
  for (let again = 0; again < 5; again += 1) own.svg.push(await timed(() => {
    svg = renderSvg(scene, texts)
    // The engine keeps a concatenation as a tree until it is read; a file needs it in one piece.
    Buffer.byteLength(svg)
  }))
  own.pdf.push(await timed(() => { pdf = renderPdf(scene, texts, fonts, nodeRaster.deflate) }))
  own.png.push(await timed(() => {
    const result = rasterizePng(svg, scale)
    if (!result.ok) throw new Error(result.failure.message)
    png = result.value.bytes
    size = `${result.value.width} × ${result.value.height}`
  }))
}

// The first drawing compiles the program; the page had its first paint before it is photographed, too.
for (let warm = 0; warm < 3; warm += 1) renderSvg(scene, texts)

if (yardstickRepetitions > 0) {
  const build = await rolldown({ input: fileURLToPath(new URL('./export-page.ts', import.meta.url)), platform: 'browser', logLevel: 'silent', transform: { define: { 'process.env.NODE_ENV': '"production"' } } })
  const { output } = await build.generate({ format: 'iife', minify: true })
  await build.close()
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } })
    page.setDefaultTimeout(120_000)
    await page.setContent('<!doctype html><div id="root"></div>')
    await page.addStyleTag({ content: readFileSync(fileURLToPath(import.meta.resolve('reactflow/dist/style.css')), 'utf8') })
    await page.addStyleTag({ content: '.box{box-sizing:border-box;border:1px solid #bcc5d1;border-radius:8px;padding:8px 10px;background:#fff;font:12px sans-serif}.box small{display:block;font:11px monospace}' })
    const faces = [['Inter', 400], ['Inter', 600], ['JetBrains Mono', 400]] as const
    await page.addStyleTag({ content: exportFontFiles().map((file, at) => `@font-face{font-family:"${faces[at]?.[0]}";font-weight:${faces[at]?.[1]};src:url(data:font/ttf;base64,${readFileSync(file).toString('base64')})}`).join('') })
    await page.addScriptTag({ content: output[0].code })
    const nodes = scene.nodes.map(({ node, x, y, width, height }) => ({ id: node.id, x, y, width, height, title: node.title, lines: [...node.lines] }))
    const edges = scene.edges.map(({ edge, width }) => ({ id: edge.id, source: edge.from, target: edge.to, width }))
    await page.evaluate(([n, e, w, h]) => window.exportBench.show(n, e, w, h), [nodes, edges, scene.width, scene.height] as const)
    for (let repetition = 0; repetition < Math.max(repetitions, yardstickRepetitions); repetition += 1) {
      if (repetition < repetitions) {
        await runOwn()
        let marks = ''
        const drawn = await timed(() => { marks = JSON.stringify({ name: 'picture', drawing: drawScene(scene, texts) }) })
        const painted = await page.evaluate(([json, k]) => window.exportBench.paint(json, k), [marks, scale] as const)
        own.canvas.push(drawn + painted.milliseconds)
        canvasBytes = painted.bytes
      }
      if (repetition >= yardstickRepetitions) continue
      for (const kind of ['svg', 'png'] as const) {
        const result = await page.evaluate(([k, w, h, r]) => window.exportBench.photograph(k, w, h, r), [kind, scene.width, scene.height, scale] as const)
        theirs[kind].push(result.milliseconds)
      }
    }
  } finally {
    await browser.close()
  }
} else for (let repetition = 0; repetition < repetitions; repetition += 1) await runOwn()

console.log(`${count} boxes, ${scene.edges.length} curves, PNG ${size}; ${load()}`)
console.log(`  own SVG ${describe(own.svg)}, ${(svg.length / 1024).toFixed(0)} kB`)
console.log(`  own PDF ${describe(own.pdf)}, ${(pdf.length / 1024).toFixed(0)} kB`)
console.log(`  own PNG headless ${describe(own.png)}, ${(png.length / 1024).toFixed(0)} kB`)
if (theirs.svg.length > 0) {
  console.log(`  own PNG in the window (marks as JSON, painted, base64) ${describe(own.canvas)}, ${(canvasBytes / 1024).toFixed(0)} kB`)
  console.log(`  html-to-image SVG ${describe(theirs.svg)}, PNG ${describe(theirs.png)}`)
  const svgRatio = median(theirs.svg) / median(own.svg)
  const pngRatio = median(theirs.png) / median(own.canvas)
  const svgBest = Math.min(...theirs.svg) / Math.min(...own.svg)
  const pngBest = Math.min(...theirs.png) / Math.min(...own.canvas)
  verdict('G13 SVG', `1/${figure(svgRatio)} of html-to-image by medians, 1/${figure(svgBest)} by best runs (gate 1/500)`, svgRatio >= 500)
  verdict('G13 PNG', `in the window 1/${figure(pngRatio)} of html-to-image by medians, 1/${figure(pngBest)} by best runs (gate 1/20); headless 1/${figure(median(theirs.png) / median(own.png))}`, pngRatio >= 20)
}

const inPdf = readPdfText(pdf)
const labels = scene.nodes.map((each) => each.node.title)
const found = (text: string): number => labels.filter((label) => text.includes(label)).length
verdict('G13 labels', `${found(svg)} of ${labels.length} in the SVG, ${found(inPdf)} in the PDF (own reader of the embedded character tables)`, found(svg) === labels.length && found(inPdf) === labels.length)
if (spawnSync('pdftotext', ['-v']).status === 0) {
  const folder = mkdtempSync(path.join(tmpdir(), 'export-'))
  writeFileSync(path.join(folder, 'p.pdf'), pdf)
  const text = spawnSync('pdftotext', [path.join(folder, 'p.pdf'), '-'], { maxBuffer: 1 << 28 }).stdout.toString()
  rmSync(folder, { recursive: true })
  verdict('G13 labels, pdftotext', `${found(text)} of ${labels.length}`, found(text) === labels.length)
} else console.log('  pdftotext is not installed: checked with the own reader only')
