import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { mockView, viewNode } from '#test/support/mock-view.ts'
import { readPdfText } from '#test/support/pdf-text.ts'
import { buildScene, sceneOfSide } from '#shared/layout/scene-builder.ts'
import { loadExportFonts } from '#shared/node/export-fonts.ts'
import { mostPixels, rasterizePng } from '#shared/node/rasterize.ts'
import { drawScene } from '#shared/render/draw-scene.ts'
import { plainText } from '#shared/render/drawing.ts'
import { renderPdf } from '#shared/render/pdf.ts'
import { renderSvg } from '#shared/render/svg.ts'
import { characterMap, openFont } from '#shared/render/truetype.ts'
import type { LiveMark } from '#shared/view/live-marks.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import { syntheticMarks, watched } from '#test/bench/pages/live.ts'
import { incidentView } from '#test/bench/pages/views.ts'

const scene = buildScene(mockView, 212)
const texts = { theme: 'dark', title: 'edge-lb-1: known good → candidate', source: 'haproxy.cfg · HAProxy 2.6', hash: 'sha256 3f9c2a17', timeText: '2026-11-20 14:00 UTC', legend: true } as const
const oneBox = (title: string): TopologyView => ({ title: '', isDifference: false, nodes: [viewNode('pool', 'pool:x', title, { lines: [title] })], edges: [] })

/** Fails on unbalanced or unknown markup; enough of XML for what we write. */
function assertWellFormed(svg: string): void {
  const open: string[] = []
  for (const [tag, close, name, empty] of svg.replace(/^<\?xml[^>]*\?>/, '').matchAll(/<(\/?)([a-z]+)(?:\s+[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*\s*(\/?)>/g)) {
    assert.ok(tag)
    if (close === '/') assert.equal(open.pop(), name)
    else if (empty !== '/') open.push(name as string)
  }
  assert.deepEqual(open, [])
  const between = svg.replace(/<[^<>]*>/g, '')
  assert.ok(!/[<>]/.test(between) && !/&(?!(?:amp|lt|gt|quot|#39);)/.test(between))
}

test('every name, label and tag of the picture is text in the SVG and in the PDF', () => {
  const svg = renderSvg(scene, texts)
  const pdf = readPdfText(renderPdf(scene, texts, loadExportFonts()))
  for (const each of mockView.nodes) {
    assert.ok(svg.includes(`>${each.title}<`), each.title)
    assert.ok(pdf.split('\n').includes(each.title), each.title)
    for (const line of each.lines) assert.ok(pdf.includes(line), line)
  }
  for (const text of [texts.title, texts.source, texts.hash, texts.timeText, '212 not shown', '− was', '+ now', '33 → 98%']) {
    assert.ok(svg.includes(text), text)
    assert.ok(pdf.includes(text), text)
  }
})

test('a compressed PDF is a fraction of the plain one and says the same', () => {
  const plain = renderPdf(scene, texts, loadExportFonts())
  const small = renderPdf(scene, texts, loadExportFonts(), (bytes) => deflateSync(bytes))
  assert.ok(small.length < plain.length * 0.7, `${small.length} of ${plain.length} bytes`)
  assert.equal(readPdfText(small), readPdfText(plain))
})

test('the same input gives the same bytes', () => {
  const again = buildScene(structuredClone(mockView), 212)
  assert.equal(renderSvg(again, texts), renderSvg(scene, texts))
  assert.deepEqual(renderPdf(again, texts, loadExportFonts()), renderPdf(scene, texts, loadExportFonts()))
  const first = rasterizePng(renderSvg(scene, texts), 1)
  const second = rasterizePng(renderSvg(again, texts), 1)
  assert.ok(first.ok && second.ok)
  assert.deepEqual(first.value.bytes, second.value.bytes)
})

test('the SVG is well formed in every theme and uses presentation attributes only', () => {
  for (const theme of ['light', 'dark', 'print'] as const) {
    const svg = renderSvg(scene, { ...texts, theme })
    assertWellFormed(svg)
    assert.ok(!svg.includes('style=') && !svg.includes('class=') && !svg.includes('<style'))
  }
})

test('markup, control characters and disguises in names come out as plain text', () => {
  const hostile = '</text><script>alert("1")</script>&\u0000\u0007\u202egpj.exe\ud800 \'quote\''
  const picture = buildScene(oneBox(hostile))
  const svg = renderSvg(picture, { ...texts, title: hostile })
  assertWellFormed(svg)
  assert.ok(!svg.includes('<script') && !/[\u0000-\u0008\u202e\ud800]/.test(svg))
  assert.equal(plainText('a\tb\r\nc\u0000\u202ed\udc00'), 'a b cd\ufffd')
  assert.ok(renderPdf(picture, { ...texts, title: hostile }, loadExportFonts()).length > 0)
})

test('a shortened name is whole in the tooltip of the SVG and in the text copied from the PDF', () => {
  const long = `pool-${'x'.repeat(120)}`
  const svg = renderSvg(buildScene(oneBox(long)), texts)
  assert.ok(svg.includes(`<title>${long}</title>`))
  const pdf = Buffer.from(renderPdf(buildScene(oneBox(long)), texts, loadExportFonts())).toString('latin1')
  const hex = [...long].map((character) => character.charCodeAt(0).toString(16).padStart(4, '0')).join('')
  assert.ok(pdf.includes(`/ActualText <feff${hex}>`))
})

test('Cyrillic, Greek, Vietnamese and arrows can be read back from the PDF; other scripts at least copied', () => {
  for (const name of ['сервер-1', 'διακομιστής', 'máy chủ', 'a → b ≈ c ▸', '服务器', '😀']) {
    assert.ok(readPdfText(renderPdf(buildScene(oneBox(name)), texts, loadExportFonts())).includes(name), name)
  }
})

test('without fonts the PDF uses the base fonts and says ? where they have no character', () => {
  const text = readPdfText(renderPdf(buildScene(oneBox('Größe → сервер')), texts))
  assert.ok(text.includes('Größe -> ??????'), text)
})

test('the PDF is sound: every object stands where the table says, streams are as long as they claim', () => {
  const bytes = renderPdf(scene, texts, loadExportFonts())
  const file = Buffer.from(bytes).toString('latin1')
  const table = Number((/startxref\n(\d+)\n%%EOF\n$/.exec(file) as RegExpExecArray)[1])
  assert.ok(file.startsWith('xref\n', table))
  const rows = file.slice(table).split('\n').filter((row) => / 00000 n $/.test(row))
  rows.forEach((row, index) => assert.ok(file.startsWith(`${index + 1} 0 obj\n`, Number(row.slice(0, 10)))))
  const streams = [...file.matchAll(/\/Length (\d+) >>\nstream\n/g)]
  assert.ok(streams.length >= 7)
  for (const match of streams) assert.ok(file.startsWith('\nendstream', match.index + match[0].length + Number(match[1])))
})

test('the fonts in the PDF are sound TrueType files with only the glyphs used', () => {
  const file = Buffer.from(renderPdf(scene, texts, loadExportFonts()))
  const text = file.toString('latin1')
  let fonts = 0
  for (const match of text.matchAll(/\/Length1 (\d+) \/Length \d+ >>\nstream\n/g)) {
    const start = match.index + match[0].length
    const program = new Uint8Array(file.subarray(start, start + Number(match[1])))
    const font = openFont(program)
    assert.ok(font.glyphCount > 1 && font.glyphCount < 150, String(font.glyphCount))
    let sum = 0
    for (let at = 0; at < program.length; at += 4) sum = (sum + font.view.getUint32(at)) >>> 0
    assert.equal(sum, 0xb1b0afba)
    fonts += 1
  }
  assert.equal(fonts, 3)
  assert.ok(characterMap(openFont(loadExportFonts().ui)).size > 1000)
})

test('what was removed is dashed and signed, what is not known is hatched', () => {
  const { marks } = drawScene(scene, texts)
  const auth = scene.nodes.find((each) => each.node.id === 'pool:auth')
  assert.ok(auth !== undefined)
  const frame = marks.find((mark) => mark.kind === 'rect' && mark.x === auth.x + 0.5 && mark.stroke !== null && mark.stroke.dash.length > 0)
  assert.ok(frame !== undefined)
  assert.ok(marks.some((mark) => mark.kind === 'hatch'))
  assert.ok(marks.some((mark) => mark.kind === 'text' && mark.text === '− unreachable'))
  assert.ok(marks.some((mark) => mark.kind === 'curve' && mark.stroke.dash.length > 0))
})

test('the legend can be left out, and explains only signs that occur', () => {
  assert.ok(!renderSvg(scene, { ...texts, legend: false }).includes('removed (dashed)'))
  const plain = buildScene({ ...oneBox('x') })
  assert.ok(!renderSvg(plain, texts).includes('removed (dashed)'))
  const before = sceneOfSide(scene, 'before')
  assert.ok(renderSvg(before, texts).includes('removed (dashed)'))
})

test('a PNG has the size asked for', () => {
  const svg = renderSvg(scene, texts)
  const once = rasterizePng(svg, 1)
  const twice = rasterizePng(svg, 2)
  assert.ok(once.ok && twice.ok)
  assert.equal(twice.value.width, once.value.width * 2)
  assert.deepEqual([...once.value.bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
})

test('a PNG that would be too large is refused with the scale that fits', () => {
  const huge = renderSvg({ ...scene, width: 6000, height: 20_000 }, texts)
  const result = rasterizePng(huge, 1)
  assert.ok(!result.ok)
  assert.equal(result.failure.code, 'too-large')
  const scale = Number((/A scale of ([\d.]+) would fit/.exec(result.failure.message) as RegExpExecArray)[1])
  assert.ok(6000 * 20_128 * scale * scale <= mostPixels && scale >= 0.6)
  assert.equal(rasterizePng(huge, 0).ok, false)
  assert.equal(rasterizePng('not a picture', 1).ok, false)
})

test('where changed requests pass is drawn in their tone, dashed where they passed before, and explained', () => {
  const [first, second] = mockView.edges.filter((edge) => edge.change === 'same')
  assert(first !== undefined && second !== undefined)
  const plain = renderSvg(buildScene(mockView), texts)
  assert(!plain.includes('changed requests'))
  const marked = buildScene(mockView, 0, new Map([[first.id, { way: 'now', tone: 'critical' }], [second.id, { way: 'was', tone: 'critical' }]]))
  const svg = renderSvg(marked, texts)
  assert(svg.includes('changed requests now') && svg.includes('changed requests before'))
  const strokes = (text: string): number => [...text.matchAll(/stroke-dasharray/g)].length
  assert.equal(strokes(svg), strokes(plain) + 1)
  assert.notEqual(svg.replaceAll(/changed requests \w+/g, ''), plain)
})

test('traffic is drawn with its numbers, the same bytes for the same moment, in every theme', () => {
  const view = watched(incidentView())
  const drawn = (theme: 'dark' | 'light' | 'print'): string => renderSvg(buildScene(view, 0, undefined, syntheticMarks(view, 3)), { ...texts, theme })
  for (const theme of ['dark', 'light', 'print'] as const) {
    assertWellFormed(drawn(theme))
    assert.equal(drawn(theme), drawn(theme))
  }
  const marks = syntheticMarks(view, 3)
  const svg = drawn('dark')
  for (const node of view.nodes) assert.ok(svg.includes(`>${marks.byId.get(node.id)?.label ?? ''}<`), node.id)
  for (const text of ['width = requests per second:', 'expected share', '214 waiting', '98 % · 1.2 s']) assert.ok(svg.includes(text), text)
  const pdf = readPdfText(renderPdf(buildScene(view, 0, undefined, marks), texts, loadExportFonts()))
  assert.ok(pdf.includes('214 waiting') && pdf.includes('width = requests per second:'))
})

test('a flow between two bounds is striped, an unknown one dotted, old data pale', () => {
  const view = watched(incidentView())
  const edge = view.edges[0] ?? assert.fail('no edge')
  const mark = { rate: null, bounds: null, label: '', tone: 'unknown', share: null, expected: null, badges: [], lines: [], spark: [] } as const
  const drawn = (one: LiveMark, stale = false): string => renderSvg(buildScene(view, 0, undefined, { unit: 'requests', highest: 100, stale, byId: new Map([[edge.id, one]]) }), texts)
  const striped = drawn({ ...mark, tone: 'traffic', bounds: { low: 0, high: 80 }, label: '≤ 80/s' })
  assert.match(striped, /stroke-dasharray="2 2.6"\/>/)
  assert.ok(striped.includes('between two bounds'))
  assert.match(drawn(mark), /stroke-dasharray="2 4"/)
  assert.match(drawn({ ...mark, rate: 5, tone: 'traffic' }, true), /opacity="0.5"/)
})
